// SPDX-License-Identifier: BSD-2-Clause

//! A loader on libbpf-rs, 0.25 and later, which is libbpf underneath.

use std::cell::Cell;
use std::ffi::OsString;
use std::time::Duration;

use libbpf_rs::{ErrorExt, ErrorKind, MapCore, Object, ObjectBuilder, RingBufferBuilder};
use loaders::{run, stopped, Loader, Outcome, OBJECT};

/// Those of its programs that are `wanted`.
fn open(bytes: &[u8], wanted: impl Fn(&OsString) -> bool) -> libbpf_rs::Result<Object> {
    let mut object = ObjectBuilder::default().open_memory(bytes)?;
    for mut program in object.progs_mut() {
        if !wanted(&program.name().to_owned()) {
            program.set_autoload(false);
        }
    }
    object.load()
}

fn load(bytes: &[u8]) -> Outcome {
    open(bytes, |_| true)?;
    Ok(())
}

fn load_alone(bytes: &[u8]) {
    let Ok(object) = ObjectBuilder::default().open_memory(bytes) else { return };
    let names: Vec<OsString> = object.progs().filter(|p| p.autoload()).map(|p| p.name().to_owned()).collect();
    for name in names {
        let _ = open(bytes, |other| *other == name);
    }
}

fn watch(print: &mut dyn FnMut(&[u8]) -> bool) -> Outcome {
    let object = open(OBJECT, |_| true)?;
    let program = object.progs_mut().next().ok_or("no program")?;
    let _link = program.attach()?;
    let map = object.maps().find(|map| map.name() == "events").ok_or("no map")?;
    let more = Cell::new(true);
    let mut builder = RingBufferBuilder::new();
    builder.add(&map, |event| {
        more.set(more.get() && print(event));
        0
    })?;
    let events = builder.build()?;
    while !stopped() && more.get() {
        match events.poll(Duration::MAX) {
            Err(error) if error.kind() != ErrorKind::Interrupted => return Err(error.context("poll").into()),
            _ => (),
        }
    }
    Ok(())
}

fn main() {
    run(Loader { load, load_alone, watch });
}
