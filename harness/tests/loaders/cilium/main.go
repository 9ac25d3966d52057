// SPDX-License-Identifier: BSD-2-Clause

// A loader on cilium/ebpf. By itself it carries one object, attaches it and prints a line of JSON for every exec until it
// is stopped, with -c COUNT until it has printed as many; with -n OBJECT... it loads those, the programs alone of one
// that is refused as a whole, attaches none, and ends; with -j OBJECT... all at once, each from a thread of its own.
// Written for the versions of Debian, 0.9.1 and later.
package main

import (
	"bytes"
	_ "embed"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"sync"
	"syscall"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/link"
	"github.com/cilium/ebpf/ringbuf"
	"github.com/cilium/ebpf/rlimit"
)

//go:embed exec_identity.bpf.o
var object []byte

// As in exec_identity.bpf.c.
type event struct {
	StartTime  uint64
	Pid        uint32
	Tgid       uint32
	PidHelper  uint32
	TgidHelper uint32
	Ppid       uint32
	Uid        uint32
	Gid        uint32
	Comm       [16]byte
	CommHelper [16]byte
	_          uint32
}

type line struct {
	Type    string  `json:"type"`
	Process process `json:"process"`
}

type process struct {
	Pid   uint32 `json:"pid"`
	Tid   uint32 `json:"tid"`
	Ppid  uint32 `json:"ppid"`
	Uid   uint32 `json:"uid"`
	Comm  string `json:"comm"`
	Start uint64 `json:"start_time"`
}

func text(bytesOf []byte) string {
	if end := bytes.IndexByte(bytesOf, 0); end >= 0 {
		bytesOf = bytesOf[:end]
	}
	return string(bytesOf)
}

// Up to `count` execs, 0: without end.
func watch(count int) error {
	spec, err := ebpf.LoadCollectionSpecFromReader(bytes.NewReader(object))
	if err != nil {
		return err
	}
	all, err := ebpf.NewCollection(spec)
	if err != nil {
		return err
	}
	defer all.Close()
	hook, err := link.Tracepoint("sched", "sched_process_exec", all.Programs["on_exec"], nil)
	if err != nil {
		return err
	}
	defer hook.Close()
	reader, err := ringbuf.NewReader(all.Maps["events"])
	if err != nil {
		return err
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-stop
		reader.Close()
	}()
	out := json.NewEncoder(os.Stdout)
	for seen := 0; count == 0 || seen < count; seen++ {
		record, err := reader.Read()
		if errors.Is(err, ringbuf.ErrClosed) {
			return nil
		}
		if err != nil {
			return err
		}
		var e event
		if err := binary.Read(bytes.NewReader(record.RawSample), binary.LittleEndian, &e); err != nil {
			return err
		}
		err = out.Encode(line{"exec", process{e.Tgid, e.Pid, e.Ppid, e.Uid, text(e.Comm[:]), e.StartTime}})
		if err != nil {
			return err
		}
	}
	return nil
}

// Each program by itself, with all maps.
func loadAlone(path string) {
	spec, err := ebpf.LoadCollectionSpec(path)
	if err != nil {
		return
	}
	for name, program := range spec.Programs {
		one := spec.Copy()
		one.Programs = map[string]*ebpf.ProgramSpec{name: program.Copy()}
		if all, err := ebpf.NewCollection(one); err == nil {
			all.Close()
		}
	}
}

func load(path string) {
	spec, err := ebpf.LoadCollectionSpec(path)
	if err == nil {
		var all *ebpf.Collection
		if all, err = ebpf.NewCollection(spec); err == nil {
			all.Close()
		}
	}
	if err != nil {
		fmt.Printf("%s: %v\n", path, err)
		loadAlone(path)
		return
	}
	fmt.Printf("%s: loaded\n", path)
}

func loadAtOnce(paths []string) {
	var threads sync.WaitGroup
	for _, path := range paths {
		threads.Add(1)
		go func(path string) {
			defer threads.Done()
			runtime.LockOSThread()
			load(path)
		}(path)
	}
	threads.Wait()
}

func main() {
	if err := rlimit.RemoveMemlock(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if len(os.Args) > 1 && os.Args[1] == "-n" {
		for _, path := range os.Args[2:] {
			load(path)
		}
		return
	}
	if len(os.Args) > 1 && os.Args[1] == "-j" {
		loadAtOnce(os.Args[2:])
		return
	}
	count := 0
	if len(os.Args) > 2 && os.Args[1] == "-c" {
		count, _ = strconv.Atoi(os.Args[2])
	}
	if err := watch(count); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
