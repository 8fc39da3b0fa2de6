package api

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// rpcCall is a call as sent. A parameter is nil, bool, int64, float64, string,
// []any, map[string]any, or rpcOpaque for the types no method takes.
type rpcCall struct {
	method string
	params []any
}

// rpcOpaque is the text of a dateTime.iso8601 or base64.
type rpcOpaque string

// rpcElement is one element of the document.
type rpcElement struct {
	name     string
	text     string
	children []rpcElement
}

// readCall reads a methodCall; an error is always an *rpcFault.
func readCall(text []byte) (rpcCall, error) {
	root, err := readXML(text)
	if err != nil {
		return rpcCall{}, faultf(rpcNotWellFormed, "the call cannot be read: %v", err)
	}
	call, err := toCall(root)
	if err != nil {
		return rpcCall{}, faultf(rpcNotACall, "this is not a call of XML-RPC: %v", err)
	}
	return call, nil
}

var (
	errDoctype  = errors.New("it has a DOCTYPE, which is not accepted")
	errDeep     = errors.New("its elements are nested too deeply")
	errElements = errors.New("it has too many elements")
	errNoRoot   = errors.New("it is not XML")
	errTwoRoots = errors.New("something follows its end")
)

// xmlReader builds the elements of a small document.
type xmlReader struct {
	d     *xml.Decoder
	count int
}

// readXML reads a document within the limits. Entities other than XML's own
// five are errors, so nothing can grow while it is read (security-bar 2.6).
func readXML(text []byte) (rpcElement, error) {
	r := xmlReader{d: xml.NewDecoder(bytes.NewReader(text))}
	r.d.CharsetReader = asciiOnly
	top := rpcElement{}
	if err := r.children(&top, 0); err != io.EOF {
		if err == nil {
			err = errNoRoot
		}
		return rpcElement{}, err
	}
	switch {
	case len(top.children) == 0:
		return rpcElement{}, errNoRoot
	case len(top.children) > 1, strings.TrimSpace(top.text) != "":
		return rpcElement{}, errTwoRoots
	}
	return top.children[0], nil
}

// asciiOnly lets ASCII through besides UTF-8: lxml, which aiohttp-xmlrpc uses,
// declares it.
func asciiOnly(charset string, text io.Reader) (io.Reader, error) {
	if strings.EqualFold(charset, "ascii") || strings.EqualFold(charset, "us-ascii") {
		return text, nil
	}
	return nil, fmt.Errorf("it is written in %.20q; use UTF-8", charset)
}

// children reads up to the end of the parent, or of the document.
func (r *xmlReader) children(parent *rpcElement, depth int) error {
	if depth > rpcDepth {
		return errDeep
	}
	var text strings.Builder
	defer func() { parent.text = text.String() }()
	for {
		token, err := r.d.Token()
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.CharData:
			text.Write(t)
		case xml.Directive:
			return errDoctype
		case xml.EndElement:
			return nil
		case xml.StartElement:
			if r.count++; r.count > rpcElements {
				return errElements
			}
			child := rpcElement{name: t.Name.Local}
			if err := r.children(&child, depth+1); err != nil {
				return err
			}
			parent.children = append(parent.children, child)
		}
	}
}

var errShape = errors.New("it needs a methodCall with a methodName, and params with values")

func toCall(root rpcElement) (call rpcCall, err error) {
	if root.name != "methodCall" || len(root.children) < 1 || len(root.children) > 2 || root.children[0].name != "methodName" {
		return call, errShape
	}
	call.method = strings.TrimSpace(root.children[0].text)
	if len(root.children) == 1 {
		return call, nil
	}
	if root.children[1].name != "params" {
		return call, errShape
	}
	for _, param := range root.children[1].children {
		if param.name != "param" || len(param.children) != 1 {
			return call, errShape
		}
		v, err := toValue(param.children[0])
		if err != nil {
			return call, err
		}
		call.params = append(call.params, v)
	}
	return call, nil
}

var errValue = errors.New("it has a value that cannot be read")

// toValue reads a value element; text without a type is a string.
func toValue(e rpcElement) (any, error) {
	switch {
	case e.name != "value" || len(e.children) > 1:
		return nil, errValue
	case len(e.children) == 0:
		return e.text, nil
	}
	typed := e.children[0]
	text := strings.TrimSpace(typed.text)
	switch typed.name {
	case "string":
		return typed.text, nil
	case "int", "i4", "i8":
		return number(strconv.ParseInt(text, 10, 64))
	case "boolean":
		return boolean(text)
	case "double":
		return double(text)
	case "nil":
		return nil, nil
	case "dateTime.iso8601", "base64":
		return rpcOpaque(text), nil
	case "array":
		return toList(typed)
	case "struct":
		return toStruct(typed)
	}
	return nil, errValue
}

func number(n int64, err error) (any, error) {
	if err != nil {
		return nil, errValue
	}
	return n, nil
}

func boolean(text string) (any, error) {
	if text != "0" && text != "1" {
		return nil, errValue
	}
	return text == "1", nil
}

// double reads a whole number as such: aiohttp-xmlrpc, which bandersnatch 6
// uses, sends integers of more than 31 bits this way.
func double(text string) (any, error) {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return nil, errValue
	}
	if f == math.Trunc(f) && math.Abs(f) <= 1<<53 {
		return int64(f), nil
	}
	return f, nil
}

func toList(e rpcElement) (any, error) {
	if len(e.children) != 1 || e.children[0].name != "data" {
		return nil, errValue
	}
	out := []any{}
	for _, child := range e.children[0].children {
		v, err := toValue(child)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

func toStruct(e rpcElement) (any, error) {
	out := map[string]any{}
	for _, m := range e.children {
		if m.name != "member" || len(m.children) != 2 || m.children[0].name != "name" {
			return nil, errValue
		}
		v, err := toValue(m.children[1])
		if err != nil {
			return nil, err
		}
		out[m.children[0].text] = v
	}
	return out, nil
}
