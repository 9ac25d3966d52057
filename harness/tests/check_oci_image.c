/* SPDX-License-Identifier: BSD-2-Clause */
/* Images of kernels that a user's NAME.oci names: its text, and which layers of one have the kernel. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "host/lib/child.h"
#include "host/lib/sha256.h"
#include "host/source/oci_image.h"
#include "host/source/oci_layout.h"
#include "tests/scratch.h"
#include "tests/suite.h"

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct {
	const char *text;
	bool has_policy;
	const char *reference; /* the last; NULL: refused */
	const char *tag;
	const char *says; /* when refused */
} definitions[] = {
        {"docker://r.example/a/k@sha256:" HASH "\n", false, "docker://r.example/a/k@sha256:" HASH, "", NULL},
        {"# two\n\ndocker://r.example/k:6.6\ndocker://r.example:5000/k:main\n", true, "docker://r.example:5000/k:main",
         "main", NULL},
        {"docker://r.example:5000/k", true, "docker://r.example:5000/k", "latest", NULL},
        {"  oci:layout:main\r\n", false, "oci:/here/layout:main", "main", NULL},
        {"oci:/a/b # there", false, "oci:/a/b", "", NULL},
        {"docker://r.example/k:6.6\n", false, NULL, NULL, "x.oci:1: a tag is what the registry says today"},
        {"docker://r.example/k\n", false, NULL, NULL, "say in a file x.policy.json"},
        {"docker://r.example/k@sha256:12\n", true, NULL, NULL, "x.oci:1: expected an image"},
        {"docker://\n", true, NULL, NULL, "x.oci:1: expected an image"},
        {"oci:\n", true, NULL, NULL, "x.oci:1: expected an image"},
        {"\nregistry.example/k:6.6\n", true, NULL, NULL, "x.oci:2: expected an image"},
        {"dir:/etc\n", true, NULL, NULL, "x.oci:1: expected an image"},
        {"# none\n", true, NULL, NULL, "x.oci: names no image"},
};

START_TEST(reads_what_a_user_wrote)
{
	cleanup_oci_list struct oci_list list;
	cleanup_error struct error err = {0};
	int rc = oci_list_read(definitions[_i].text, "x.oci", "/here", definitions[_i].has_policy, &list, &err);

	ck_assert_int_eq(!rc, definitions[_i].reference != NULL);
	if (rc) {
		ck_assert_msg(strstr(err.text, definitions[_i].says), "%s", err.text);
		return;
	}
	ck_assert_str_eq(list.references.at[list.references.count - 1], definitions[_i].reference);
	ck_assert_str_eq(list.tags.at[list.tags.count - 1], definitions[_i].tag);
}
END_TEST

/* ---- layouts ---- */

/* Stores bytes by their hash; the caller frees what it returns, "sha256:HASH". */
static char *put_blob(const char *layout, const char *bytes, size_t len)
{
	cleanup_free char *hash = sha256_bytes(bytes, len), *path = xasprintf("%s/blobs/sha256/%s", layout, hash);

	ck_assert(!io_replace_file(path, bytes, len, NULL));
	return xasprintf("sha256:%s", hash);
}

/* A layer with empty but for a letter files of these names, with blanks between. */
static char *put_layer(const char *layout, const char *files)
{
	cleanup_free char *script = xasprintf(
	        "d=$(mktemp -d) && cd $d && for f in %s; do mkdir -p $(dirname $f) && echo x >$f || exit 1; done && tar -c . && rm -r $d",
	        files);
	const char *const argv[] = {"sh", "-c", script, NULL};
	cleanup_child_result struct child_result said = {0};

	ck_assert(!child_run(argv, NULL, &said, NULL) && child_ok(&said));
	return put_blob(layout, said.out.data, said.out.len);
}

/* An image whose layers have these files, the lowest first. */
static char *make_layout(const char *name, const char *const *layers)
{
	char *layout = scratch_path(name);
	cleanup_free char *blobs = xasprintf("%s/blobs/sha256", layout),
	                  *index_path = xasprintf("%s/index.json", layout), *index = NULL, *digest = NULL;
	cleanup_buf struct buf manifest = {0};

	ck_assert(!io_make_dirs(blobs, NULL));
	buf_puts(&manifest, "{\"layers\":[");
	for (size_t i = 0; layers[i]; i++) {
		cleanup_free char *layer = put_layer(layout, layers[i]);

		buf_printf(&manifest, "%s{\"digest\":\"%s\",\"size\":%zu}", i ? "," : "", layer, i + 1);
	}
	buf_puts(&manifest, "]}");
	digest = put_blob(layout, manifest.data, manifest.len);
	index = xasprintf("{\"manifests\":[{\"digest\":\"%s\"}]}", digest);
	ck_assert(!io_replace_file(index_path, index, strlen(index), NULL));
	return layout;
}

static const struct {
	const char *layers[4];
	const char *release; /* NULL: refused */
	const char *has;     /* per layer, the topmost first: i(mage), c(onfig), m(odules), commas between */
	const char *says;
} layouts[] = {
        {{"boot/vmlinuz-6.9.1-lab boot/config-6.9.1-lab lib/modules/6.9.1-lab/kernel/a.ko"}, "6.9.1-lab", "icm", NULL},
        {{"lib/modules/6.9.1/kernel/a.ko", "boot/config-6.9.1", "boot/vmlinuz-6.9.1 etc/passwd"},
         "6.9.1",
         "i,c,m",
         NULL},
        {{"usr/lib/modules/6.9.1/vmlinuz usr/lib/modules/6.9.1/config"}, "6.9.1", "ic", NULL},
        {{"boot/vmlinuz lib/modules/6.9.1/kernel/a.ko"}, "6.9.1", "im", NULL},
        {{"data/kernels/bpf-next/boot/vmlinuz-7.0.0-rc1 data/kernels/bpf-next/lib/modules/7.0.0-rc1/modules.builtin"},
         "7.0.0-rc1",
         "im",
         NULL},
        {{"etc/passwd", "lib/modules/6.9.1/kernel/a.ko"}, NULL, NULL, "no layer of it has a kernel"},
        {{"boot/vmlinuz"}, NULL, NULL, "no name in it says which release its kernel is"},
        {{"boot/vmlinuz-6.9.1 boot/vmlinuz-6.9.2"}, NULL, NULL, "kernels of several releases"},
        {{"boot/vmlinuz-6.9.1", "boot/vmlinuz-6.9.2"}, NULL, NULL, "kernels of several releases"},
};

START_TEST(finds_the_kernel_of_an_image)
{
	cleanup_free char *layout = make_layout("layout", layouts[_i].layers);
	cleanup_oci_layout struct oci_layout image;
	cleanup_error struct error err = {0};
	cleanup_buf struct buf has = {0};
	int rc = oci_layout_read(layout, "an image", &image, &err);

	ck_assert_msg(!rc == (layouts[_i].release != NULL), "%s", rc ? err.text : image.release);
	if (rc) {
		ck_assert_msg(strstr(err.text, layouts[_i].says), "%s", err.text);
		return;
	}
	ck_assert_str_eq(image.release, layouts[_i].release);
	for (size_t i = 0; i < image.count; i++)
		buf_printf(&has, "%s%s%s%s", i ? "," : "", image.layers[i].has_image ? "i" : "",
		           image.layers[i].has_config ? "c" : "", image.layers[i].has_modules ? "m" : "");
	ck_assert_str_eq(buf_str(&has), layouts[_i].has);
	ck_assert_uint_eq(image.layers[image.count - 1].size, 1);
}
END_TEST

static const struct {
	const char *index;
	const char *says;
} damaged[] = {
        {"", "index.json: "},
        {"[]", "names no image by a hash"},
        {"{\"manifests\":[{\"digest\":\"md5:1\"}]}", "names no image by a hash"},
        {"{\"manifests\":[{\"digest\":\"sha256:../../../etc/passwd\"}]}", "names no image by a hash"},
        {"{\"manifests\":[{\"digest\":\"sha256:" HASH "\"}]}", HASH ": cannot open"},
};

START_TEST(a_damaged_layout_is_refused)
{
	static const char *const layers[] = {"boot/vmlinuz-6.9.1", NULL};
	cleanup_free char *layout = make_layout("layout", layers), *path = xasprintf("%s/index.json", layout);
	cleanup_oci_layout struct oci_layout image;
	cleanup_error struct error err = {0};

	ck_assert(!io_replace_file(path, damaged[_i].index, strlen(damaged[_i].index), NULL));
	ck_assert(oci_layout_read(layout, "an image", &image, &err));
	ck_assert_msg(strstr(err.text, damaged[_i].says), "%s", err.text);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("oci", .set_up = scratch_setup, .tear_down = scratch_teardown),
	        EACH(reads_what_a_user_wrote, definitions),
	        EACH(finds_the_kernel_of_an_image, layouts),
	        EACH(a_damaged_layout_is_refused, damaged),
	};

	return suite_run("oci_image", tests, COUNT(tests));
}
