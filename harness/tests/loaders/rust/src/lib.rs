// SPDX-License-Identifier: BSD-2-Clause

//! What the loaders in Rust have in common: how they are called, when they end, what they print. Each has the functions
//! of `Loader`, on a library of its own.

use std::error::Error;
use std::sync::atomic::{AtomicBool, Ordering};
use std::{env, fs, process, thread};

pub type Outcome<T = ()> = Result<T, Box<dyn Error>>;

#[repr(align(8))]
struct Aligned<T: ?Sized>(T);

static ALIGNED: &Aligned<[u8]> = &Aligned(*include_bytes!("exec_identity.bpf.o"));

/// exec_identity, which each carries; Aya reads it where it lies.
pub static OBJECT: &[u8] = &ALIGNED.0;

static STOPPED: AtomicBool = AtomicBool::new(false);

extern "C" fn stop(_: libc::c_int) {
    STOPPED.store(true, Ordering::Relaxed);
}

pub fn stopped() -> bool {
    STOPPED.load(Ordering::Relaxed)
}

pub struct Loader {
    /// Load an object, attach nothing, and let it go.
    pub load: fn(&[u8]) -> Outcome,
    /// The programs of one that is refused as a whole, each by itself, where the library can.
    pub load_alone: fn(&[u8]),
    /// Load and attach OBJECT, and call `print` for each of its events until that returns false or `stopped`.
    pub watch: fn(print: &mut dyn FnMut(&[u8]) -> bool) -> Outcome,
}

fn number(event: &[u8], at: usize) -> u32 {
    u32::from_ne_bytes(event[at..at + 4].try_into().unwrap())
}

/// As in exec_identity.bpf.c.
fn print(event: &[u8]) {
    let comm = &event[36..52];
    let len = comm.iter().position(|&byte| byte == 0).unwrap_or(comm.len());
    let mut name = String::new();
    for c in String::from_utf8_lossy(&comm[..len]).chars() {
        match c {
            '"' | '\\' => name.extend(['\\', c]),
            c if c < ' ' => name += &format!("\\u{:04x}", c as u32),
            c => name.push(c),
        }
    }
    println!(
        r#"{{"type":"exec","process":{{"pid":{},"tid":{},"ppid":{},"uid":{},"comm":"{name}","start_time":{}}}}}"#,
        number(event, 12),
        number(event, 8),
        number(event, 24),
        number(event, 28),
        u64::from_ne_bytes(event[..8].try_into().unwrap())
    );
}

/// With what it was caused by.
fn describe(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text += &format!(": {error}");
        cause = error.source();
    }
    text
}

fn load(loader: &Loader, path: &str) {
    let object = match fs::read(path) {
        Ok(object) => object,
        Err(error) => return println!("{path}: {error}"),
    };
    match (loader.load)(&object) {
        Ok(()) => println!("{path}: loaded"),
        Err(error) => {
            println!("{path}: {}", describe(&*error));
            (loader.load_alone)(&object);
        }
    }
}

/// `-n OBJECT...`: load them and end; `-j OBJECT...`: the same at once, each in a thread of its own; `-c COUNT`: so many
/// execs, and end; nothing: until it is stopped.
pub fn run(loader: Loader) {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some("-n") => arguments[1..].iter().for_each(|path| load(&loader, path)),
        Some("-j") => thread::scope(|scope| {
            for path in &arguments[1..] {
                scope.spawn(|| load(&loader, path));
            }
        }),
        _ => {
            let mut left = arguments.get(1).and_then(|count| count.parse::<u64>().ok()).unwrap_or(u64::MAX);
            unsafe {
                let stop = stop as extern "C" fn(libc::c_int) as libc::sighandler_t;
                libc::signal(libc::SIGINT, stop);
                libc::signal(libc::SIGTERM, stop);
            }
            let outcome = (loader.watch)(&mut |event| {
                print(event);
                left -= 1;
                left > 0
            });
            if let Err(error) = outcome {
                eprintln!("{}", describe(&*error));
                process::exit(1);
            }
        }
    }
}
