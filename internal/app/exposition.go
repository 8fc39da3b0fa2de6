package app

import (
	"bytes"
	"cmp"
	"fmt"
	"iter"
	"maps"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"
)

// exposition is a text in Prometheus' format, version 0.0.4: for each family of metrics a line of help, a line with the
// type, and the samples.
type exposition struct{ text bytes.Buffer }

func (e *exposition) family(name, kind, help string) {
	fmt.Fprintf(&e.text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

// sample writes one value. Labels are pairs of name and value.
func (e *exposition) sample(name string, value float64, labels ...string) {
	e.text.WriteString(name)
	opening := byte('{')
	for pair := range slices.Chunk(labels, 2) {
		e.text.WriteByte(opening)
		opening = ','
		e.text.WriteString(pair[0] + `="` + escapeLabel(pair[1]) + `"`)
	}
	if len(labels) > 0 {
		e.text.WriteByte('}')
	}
	e.text.WriteString(" " + number(value) + "\n")
}

// single writes a family of one value without labels.
func (e *exposition) single(name, kind, help string, value float64) {
	e.family(name, kind, help)
	e.sample(name, value)
}

func escapeLabel(value string) string {
	return strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`).Replace(value)
}

func number(value float64) string { return strconv.FormatFloat(value, 'g', -1, 64) }

// sorted yields a map in the order of its keys, so that two fetches list the same things in the same order.
func sorted[K cmp.Ordered, V any](m map[K]V) iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		for _, key := range slices.Sorted(maps.Keys(m)) {
			if !yield(key, m[key]) {
				return
			}
		}
	}
}

// writeRuntime writes what Go knows of itself, under the names that dashboards for Go programs expect.
func writeRuntime(e *exposition) {
	e.family("go_info", "gauge", "Information about the Go environment.")
	e.sample("go_info", 1, "version", runtime.Version())
	threads, _ := runtime.ThreadCreateProfile(nil)
	e.single("go_goroutines", "gauge", "Number of goroutines that currently exist.", float64(runtime.NumGoroutine()))
	e.single("go_threads", "gauge", "Number of OS threads created.", float64(threads))
	e.single("go_sched_gomaxprocs_threads", "gauge", "The current runtime.GOMAXPROCS setting.", float64(runtime.GOMAXPROCS(0)))
	writePauses(e)
	writeMemory(e)
}

// writePauses writes the summary of the collector's pauses.
func writePauses(e *exposition) {
	const name = "go_gc_duration_seconds"
	stats := debug.GCStats{PauseQuantiles: make([]time.Duration, 5)}
	debug.ReadGCStats(&stats)
	e.family(name, "summary", "A summary of the wall-time pause (stop-the-world) duration in garbage collection cycles.")
	for i, quantile := range []string{"0", "0.25", "0.5", "0.75", "1"} {
		e.sample(name, stats.PauseQuantiles[i].Seconds(), "quantile", quantile)
	}
	e.sample(name+"_sum", stats.PauseTotal.Seconds())
	e.sample(name+"_count", float64(stats.NumGC))
}

func writeMemory(e *exposition) {
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	for _, row := range []struct {
		name, kind, help string
		value            uint64
	}{
		{"alloc_bytes", "gauge", "Number of bytes allocated in heap and currently in use.", s.Alloc},
		{"alloc_bytes_total", "counter", "Total number of bytes allocated in heap until now, even if released already.", s.TotalAlloc},
		{"sys_bytes", "gauge", "Number of bytes obtained from system.", s.Sys},
		{"mallocs_total", "counter", "Total number of heap objects allocated, both live and gc-ed.", s.Mallocs},
		{"frees_total", "counter", "Total number of heap objects frees.", s.Frees},
		{"heap_alloc_bytes", "gauge", "Number of heap bytes allocated and currently in use.", s.HeapAlloc},
		{"heap_sys_bytes", "gauge", "Number of heap bytes obtained from system.", s.HeapSys},
		{"heap_idle_bytes", "gauge", "Number of heap bytes waiting to be used.", s.HeapIdle},
		{"heap_inuse_bytes", "gauge", "Number of heap bytes that are in use.", s.HeapInuse},
		{"heap_released_bytes", "gauge", "Number of heap bytes released to OS.", s.HeapReleased},
		{"heap_objects", "gauge", "Number of currently allocated objects.", s.HeapObjects},
		{"stack_inuse_bytes", "gauge", "Number of bytes in use by the stack allocator.", s.StackInuse},
		{"next_gc_bytes", "gauge", "Number of heap bytes when next garbage collection will take place.", s.NextGC},
	} {
		e.single("go_memstats_"+row.name, row.kind, row.help, float64(row.value))
	}
}
