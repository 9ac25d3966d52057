// SPDX-License-Identifier: BSD-2-Clause

// A program that looks whether it is run as it should be: threads that come and go, children by os/exec, signals that
// arrive, waits that last. It ends with 0 when it noticed nothing; what it noticed it prints.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"sync"
	"syscall"
	"time"
)

const (
	threads  = 8
	rounds   = 20
	asChild  = "NOTICE_CHILD"
	childEnd = 7
)

var (
	mutex   sync.Mutex
	noticed int
)

func notice(format string, arguments ...any) {
	mutex.Lock()
	defer mutex.Unlock()
	noticed++
	fmt.Printf(format+"\n", arguments...)
}

// Each on a thread of its own, which ends with it.
func onThreads(work func(int)) {
	var all sync.WaitGroup

	for i := 0; i < threads; i++ {
		all.Add(1)
		go func(i int) {
			defer all.Done()
			runtime.LockOSThread()
			for round := 0; round < rounds; round++ {
				work(i)
			}
		}(i)
	}
	all.Wait()
}

func startChild(int) {
	child := exec.Command("/proc/self/exe")
	child.Env = []string{asChild + "=1"}
	said, err := child.Output()
	if child.ProcessState == nil || child.ProcessState.ExitCode() != childEnd || string(said) != "child" {
		notice("a child said %q and ended with %v", said, err)
	}
}

// One that is stopped is seen to be, goes on, and dies of what it is told to.
func stopChild() {
	child := exec.Command("/proc/self/exe")
	child.Env = []string{asChild + "=wait"}
	if err := child.Start(); err != nil {
		notice("a child cannot be started: %v", err)
		return
	}
	var status syscall.WaitStatus
	child.Process.Signal(syscall.SIGSTOP)
	if _, err := syscall.Wait4(child.Process.Pid, &status, syscall.WUNTRACED, nil); err != nil || !status.Stopped() {
		notice("a child is not stopped: %v, %v", status, err)
	}
	child.Process.Signal(syscall.SIGCONT)
	child.Process.Signal(syscall.SIGTERM)
	if _, err := syscall.Wait4(child.Process.Pid, &status, 0, nil); err != nil || !status.Signaled() || status.Signal() != syscall.SIGTERM {
		notice("a child does not die of SIGTERM: %v, %v", status, err)
	}
}

func takeSignals() {
	got := make(chan os.Signal, 1)
	signal.Notify(got, syscall.SIGUSR1)
	for i := 0; i < rounds; i++ {
		syscall.Kill(syscall.Getpid(), syscall.SIGUSR1)
		select {
		case <-got:
		case <-time.After(30 * time.Second):
			notice("a signal did not arrive")
		}
	}
	signal.Stop(got)
}

func waitAWhile(int) {
	const while = 2 * time.Millisecond
	begin := time.Now()
	time.Sleep(while)
	if passed := time.Since(begin); passed < while {
		notice("a wait of %v lasted %v", while, passed)
	}
}

// By the system call itself: no other thread's event ends it early.
func sleepInKernel(int) {
	left, while := syscall.Timespec{}, syscall.NsecToTimespec(int64(2*time.Millisecond))
	if err := syscall.Nanosleep(&while, &left); err != nil && err != syscall.EINTR {
		notice("nanosleep: %v", err)
	}
}

func main() {
	switch os.Getenv(asChild) {
	case "1":
		fmt.Print("child")
		os.Exit(childEnd)
	case "wait":
		for {
			time.Sleep(time.Hour)
		}
	}
	onThreads(startChild)
	stopChild()
	takeSignals()
	onThreads(waitAWhile)
	onThreads(sleepInKernel)
	if noticed > 0 {
		os.Exit(1)
	}
	fmt.Println("noticed nothing")
}
