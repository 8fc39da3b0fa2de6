package inspect_test

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"strongroom/internal/packaging/inspect"
)

// fill sets every field that can be reached to something that is not zero, each to something else.
func fill(v reflect.Value, n *int) {
	*n++
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprint("text ", *n))
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(*n) << 20)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Uint8:
		v.SetUint(uint64(*n % 256))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 3, 3))
		for i := range v.Len() {
			fill(v.Index(i), n)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	default:
		panic("a field of kind " + v.Kind().String())
	}
}

// TestWire: nothing is lost on the way, whatever fields there are; nil stays nil.
func TestWire(t *testing.T) {
	n := 0
	var q inspect.Request
	fill(reflect.ValueOf(&q).Elem(), &n)
	var r inspect.Report
	fill(reflect.ValueOf(&r).Elem(), &n)
	if n < 100 {
		t.Errorf("only %d fields", n)
	}
	for _, want := range []inspect.Request{{}, q, {Texts: []string{}}} {
		if got, err := inspect.DecodeRequest(want.Encode()); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%+v, %v\nwant %+v", got, err, want)
		}
	}
	empty := inspect.Report{Hits: []inspect.Hit{}}
	empty.Contents.EntryPoints = []byte{}
	for _, want := range []inspect.Report{{}, r, empty} {
		if got, err := inspect.DecodeReport(inspect.EncodeReport(want)); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%+v, %v\nwant %+v", got, err, want)
		}
	}
}

// TestWireRubbish: no part of a report passes for one, nor does one with more behind it, and texts become UTF-8.
func TestWireRubbish(t *testing.T) {
	n := 0
	var r inspect.Report
	fill(reflect.ValueOf(&r).Elem(), &n)
	whole := inspect.EncodeReport(r)
	for i := range whole {
		if _, err := inspect.DecodeReport(whole[:i]); err == nil {
			t.Errorf("the first %d of %d bytes pass", i, len(whole))
		}
	}
	if _, err := inspect.DecodeReport(append(bytes.Clone(whole), 0)); err == nil || err.Error() != "1 bytes are left" {
		t.Errorf("%v", err)
	}
	r.Hits[0].Path = "a\xffb"
	if got, err := inspect.DecodeReport(inspect.EncodeReport(r)); err != nil || got.Hits[0].Path != "a\uFFFDb" {
		t.Errorf("%q, %v", got.Hits[0].Path, err)
	}
}

// FuzzWire: a child may answer anything. What can be read says the same when it is written again.
func FuzzWire(f *testing.F) {
	n := 0
	var r inspect.Report
	fill(reflect.ValueOf(&r).Elem(), &n)
	f.Add(inspect.EncodeReport(r))
	f.Add(inspect.EncodeReport(inspect.Report{}))
	f.Add([]byte(strings.Repeat("\xff", 40)))
	f.Fuzz(func(t *testing.T, reply []byte) {
		r, err := inspect.DecodeReport(reply)
		if err != nil {
			return
		}
		again, err := inspect.DecodeReport(inspect.EncodeReport(r))
		if err != nil || !reflect.DeepEqual(again, r) {
			t.Errorf("%+v, %v\nwas %+v", again, err, r)
		}
	})
}
