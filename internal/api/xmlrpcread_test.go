package api

import (
	"bufio"
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"
)

// TestReadCall: what clients send, and what the specification of XML-RPC
// allows besides.
func TestReadCall(t *testing.T) {
	value := func(v string) string {
		return "<methodCall><methodName>m</methodName><params><param><value>" + v + "</value></param></params></methodCall>"
	}
	for text, want := range map[string]rpcCall{
		// Python's xmlrpc.client
		"<?xml version='1.0'?>\n<methodCall>\n<methodName>changelog_since_serial</methodName>\n<params>\n<param>\n<value><int>42</int></value>\n</param>\n</params>\n</methodCall>\n": {"changelog_since_serial", []any{int64(42)}},
		// aiohttp-xmlrpc, which bandersnatch 6 uses; it sends large integers as double
		"<?xml version='1.0' encoding='ASCII'?>\n<methodCall><methodName>changelog_since_serial</methodName><params><param><value><i4>42</i4></value></param></params></methodCall>": {"changelog_since_serial", []any{int64(42)}},
		"<methodCall><methodName>list_packages_with_serial</methodName><params/></methodCall>":                                                                                       {"list_packages_with_serial", nil},
		value("<double>4294967296</double>"): {"m", []any{int64(1 << 32)}},

		"<methodCall><methodName> m </methodName></methodCall>":         {"m", nil},
		value("plain <!-- comment -->text"):                             {"m", []any{"plain text"}},
		value(""):                                                       {"m", []any{""}},
		value("<string> a &amp; &#x1F40D; </string>"):                   {"m", []any{" a & \U0001f40d "}},
		value("<string><![CDATA[<&>]]></string>"):                       {"m", []any{"<&>"}},
		value("<i8> -9007199254740993 </i8>"):                           {"m", []any{int64(-9007199254740993)}},
		value("<double>1.5</double>"):                                   {"m", []any{1.5}},
		value("<double>1e300</double>"):                                 {"m", []any{1e300}},
		value("<boolean>1</boolean>"):                                   {"m", []any{true}},
		value("<boolean>0</boolean>"):                                   {"m", []any{false}},
		value("<nil/>"):                                                 {"m", []any{nil}},
		value("<base64>AA==</base64>"):                                  {"m", []any{rpcOpaque("AA==")}},
		value("<dateTime.iso8601>20260502T00:00:00</dateTime.iso8601>"): {"m", []any{rpcOpaque("20260502T00:00:00")}},
		value("<array><data/></array>"):                                 {"m", []any{[]any{}}},
		value("<array><data><value>a</value><value><int>1</int></value></data></array>"): {"m", []any{[]any{"a", int64(1)}}},
		value("<struct><member><name>k</name><value>v</value></member></struct>"):        {"m", []any{map[string]any{"k": "v"}}},
		value("<struct/>"): {"m", []any{map[string]any{}}},
		"<methodCall><methodName>m</methodName><params><param><value>a</value></param><param><value>b</value></param></params></methodCall>": {"m", []any{"a", "b"}},
	} {
		if got, err := readCall([]byte(text)); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %#v, %v, want %#v", text, got, err, want)
		}
	}
}

// TestReadCallRefuses: each with the code of its fault.
func TestReadCallRefuses(t *testing.T) {
	value := func(v string) string {
		return "<methodCall><methodName>m</methodName><params><param>" + v + "</param></params></methodCall>"
	}
	for text, code := range map[string]int{
		"":                                   rpcNotWellFormed,
		"<methodCall>":                       rpcNotWellFormed,
		"<methodCall></methodcall>":          rpcNotWellFormed,
		"<a/><b/>":                           rpcNotWellFormed,
		"<a/>b":                              rpcNotWellFormed,
		"</a>":                               rpcNotWellFormed,
		"<!DOCTYPE a><a/>":                   rpcNotWellFormed,
		"<a><!ENTITY x 'y'></a>":             rpcNotWellFormed,
		value("<value>&nbsp;</value>"):       rpcNotWellFormed,
		value("<value>\x01</value>"):         rpcNotWellFormed,
		value("<value>\xff</value>"):         rpcNotWellFormed,
		"<methodCall/>":                      rpcNotACall,
		"<methodResponse/>":                  rpcNotACall,
		"<methodCall><params/></methodCall>": rpcNotACall,
		"<methodCall><methodName>m</methodName><x/></methodCall>":                  rpcNotACall,
		"<methodCall><methodName>m</methodName><params/><params/></methodCall>":    rpcNotACall,
		"<methodCall><methodName>m</methodName><params><x/></params></methodCall>": rpcNotACall,
		value(""):                                                          rpcNotACall,
		value("<int>1</int>"):                                              rpcNotACall,
		value("<value/><value/>"):                                          rpcNotACall,
		value("<value><a/><b/></value>"):                                   rpcNotACall,
		value("<value><unknown/></value>"):                                 rpcNotACall,
		value("<value><int/></value>"):                                     rpcNotACall,
		value("<value><int>1.0</int></value>"):                             rpcNotACall,
		value("<value><int>9223372036854775808</int></value>"):             rpcNotACall,
		value("<value><boolean>true</boolean></value>"):                    rpcNotACall,
		value("<value><double>x</double></value>"):                         rpcNotACall,
		value("<value><array/></value>"):                                   rpcNotACall,
		value("<value><array><data><int>1</int></data></array></value>"):   rpcNotACall,
		value("<value><struct><member><value/></member></struct></value>"): rpcNotACall,
		value("<value><struct><member><name>a</name><value><x/></value></member></struct></value>"): rpcNotACall,
		value("<value><struct><member><name>a</name><value/></member><x/></struct></value>"):        rpcNotACall,
	} {
		got, err := readCall([]byte(text))
		var fault *rpcFault
		if !errors.As(err, &fault) || fault.Code != code {
			t.Errorf("%s: %#v, %v, want fault %d", text, got, err, code)
		}
	}
}

// TestReadCallTakesWhatIsAllowed: the limits let through what is just within.
func TestReadCallTakesWhatIsAllowed(t *testing.T) {
	deep := strings.Repeat("<value><array><data>", 5) + "<value/>" + strings.Repeat("</data></array></value>", 5)
	wide := "<value><array><data>" + strings.Repeat("<value/>", rpcElements-10) + "</data></array></value>"
	for _, v := range []string{deep, wide} {
		text := "<methodCall><methodName>m</methodName><params><param>" + v + "</param></params></methodCall>"
		if _, err := readCall([]byte(text)); err != nil {
			t.Errorf("%.80s…: %v", text, err)
		}
	}
}

// FuzzReadCall: no call makes the reader panic, an error is a fault, and what
// was read stays the same when written and read again.
func FuzzReadCall(f *testing.F) {
	for _, v := range []string{"a", "<int>-1</int>", "<nil/>", "<array><data><value>b</value></data></array>", "<!-- x --><string>&lt;</string>"} {
		f.Add([]byte("<methodCall><methodName>m</methodName><params><param><value>" + v + "</value></param></params></methodCall>"))
	}
	f.Add([]byte("<?xml version='1.0' encoding='utf-8'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"))
	f.Fuzz(func(t *testing.T, text []byte) {
		call, err := readCall(text)
		var fault *rpcFault
		if err != nil {
			if !errors.As(err, &fault) {
				t.Fatalf("not a fault: %v", err)
			}
			return
		}
		var params []any
		for _, p := range call.params {
			if s, ok := p.(string); ok {
				params = append(params, s)
			}
		}
		again, err := readCall(write(call.method, params))
		if err != nil || !reflect.DeepEqual(again.params, params) {
			t.Fatalf("%q: written and read again: %q, %v", params, again.params, err)
		}
	})
}

// write makes a call of strings.
func write(method string, params []any) []byte {
	var b bytes.Buffer
	w := rpcWriter{bufio.NewWriter(&b)}
	w.WriteString("<methodCall><methodName>")
	w.text(method)
	w.WriteString("</methodName><params>")
	for _, p := range params {
		w.WriteString("<param>")
		w.value(p)
		w.WriteString("</param>")
	}
	w.WriteString("</params></methodCall>")
	w.Flush()
	return b.Bytes()
}
