// SPDX-License-Identifier: BSD-2-Clause

//! A loader on Aya, 0.13 and later. Its objects are those of C, of which it knows some kinds of sections alone.

use std::collections::HashMap;
use std::os::fd::AsRawFd;
use std::sync::OnceLock;

use aya::maps::RingBuf;
use aya::programs::{Program, ProgramError, TracePoint};
use aya::{Btf, Ebpf, EbpfLoader};
use loaders::{run, stopped, Loader, Outcome, OBJECT};
use object::{Object, ObjectSection, ObjectSymbol};

/// What follows the first slash of the section that each function is in: Aya leaves it to its user to name it.
fn targets(bytes: &[u8]) -> Outcome<HashMap<String, String>> {
    let file = object::File::parse(bytes)?;
    let mut targets = HashMap::new();
    for symbol in file.symbols() {
        let Some(section) = symbol.section_index() else { continue };
        let section = file.section_by_index(section)?;
        let target = section.name()?.split_once('/').map_or("", |(_, target)| target);
        targets.insert(symbol.name()?.to_owned(), target.to_owned());
    }
    Ok(targets)
}

fn load_program(program: &mut Program, target: &str, types: &Btf) -> Result<(), ProgramError> {
    match program {
        Program::FEntry(p) => p.load(target, types),
        Program::FExit(p) => p.load(target, types),
        Program::Lsm(p) => p.load(target, types),
        Program::BtfTracePoint(p) => p.load(target, types),
        Program::KProbe(p) => p.load(),
        Program::UProbe(p) => p.load(),
        Program::TracePoint(p) => p.load(),
        Program::RawTracePoint(p) => p.load(),
        Program::PerfEvent(p) => p.load(),
        Program::SocketFilter(p) => p.load(),
        Program::Xdp(p) => p.load(),
        Program::SkMsg(p) => p.load(),
        Program::SkSkb(p) => p.load(),
        Program::SkLookup(p) => p.load(),
        Program::SockOps(p) => p.load(),
        Program::SchedClassifier(p) => p.load(),
        Program::CgroupSkb(p) => p.load(),
        Program::CgroupSock(p) => p.load(),
        Program::CgroupSockAddr(p) => p.load(),
        Program::CgroupSockopt(p) => p.load(),
        Program::CgroupSysctl(p) => p.load(),
        Program::CgroupDevice(p) => p.load(),
        Program::LircMode2(p) => p.load(),
        /* which takes another program */
        Program::Extension(_) => Err(ProgramError::UnexpectedProgramType),
    }
}

/// The kernel's, read once.
static TYPES: OnceLock<Option<Btf>> = OnceLock::new();

/// All of its programs, also after one was refused; the first refusal is told.
fn load(bytes: &[u8]) -> Outcome {
    let targets = targets(bytes)?;
    let types = TYPES.get_or_init(|| Btf::from_sys_fs().ok()).as_ref().ok_or("no BTF of the kernel")?;
    let mut object = EbpfLoader::new().btf(Some(types)).load(bytes)?;
    let mut refusal = None;
    for (name, program) in object.programs_mut() {
        let target = targets.get(name).map_or("", String::as_str);
        if let Err(error) = load_program(program, target, types) {
            refusal.get_or_insert(format!("{name}: {error}"));
        }
    }
    refusal.map_or(Ok(()), |text| Err(text.into()))
}

fn watch(print: &mut dyn FnMut(&[u8]) -> bool) -> Outcome {
    let mut object = Ebpf::load(OBJECT)?;
    let program: &mut TracePoint = object.program_mut("on_exec").ok_or("no program")?.try_into()?;
    program.load()?;
    program.attach("sched", "sched_process_exec")?;
    let mut events = RingBuf::try_from(object.map_mut("events").ok_or("no map")?)?;
    while !stopped() {
        let mut wait = libc::pollfd { fd: events.as_raw_fd(), events: libc::POLLIN, revents: 0 };
        unsafe { libc::poll(&mut wait, 1, -1) };
        while let Some(event) = events.next() {
            if !print(&event) {
                return Ok(());
            }
        }
    }
    Ok(())
}

fn main() {
    /* an object whose relocations cannot all be made is not loaded at all */
    run(Loader { load, load_alone: |_| (), watch });
}
