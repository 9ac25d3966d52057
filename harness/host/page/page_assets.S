/* SPDX-License-Identifier: BSD-2-Clause */
/* What draws a page, carried inside this program. PAGE_HTML, PAGE_CSS and PAGE_JS are their paths. */
	.section .rodata
	.global page_html_start, page_html_end, page_css_start, page_css_end, page_js_start, page_js_end
page_html_start:
	.incbin PAGE_HTML
page_html_end:
page_css_start:
	.incbin PAGE_CSS
page_css_end:
page_js_start:
	.incbin PAGE_JS
page_js_end:
	.section .note.GNU-stack,"",@progbits
