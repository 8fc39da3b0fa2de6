package v1

import (
	"context"
	"net/http"
	"reflect"

	"strongroom/internal/access"
	"strongroom/internal/database"
	"strongroom/internal/index"
	"strongroom/internal/maintain"
)

// operation is one row of the table: what may be asked for at an address.
type operation struct {
	ID      string // unique, for ever: names of functions are made from it
	Tag     string // what it is about, one of tags
	Method  string
	Path    string // below Base, as a pattern of http.ServeMux
	Right   access.Right
	Summary string // without a dot at the end
	Doc     string // more to know, may be empty
	// Reads finds what is at the address: the answer to GET, and what ETag and
	// If-Match are about for everything else.
	Reads reader
	// Does makes the change; nothing for GET. When it makes nothing, the answer is
	// what Reads finds afterwards.
	Does   doer
	Status int // of a good answer, 0 for 200
	Listed bool
	Query  []parameter
	Always bool         // also while the index is read-only
	Errors []index.Code // beside those that every operation of its kind has
}

// parameter is one of the query's.
type parameter struct {
	Name, Doc string
	Enum      []string
}

// reader is a function that reads, with the type of what it finds.
type reader struct {
	finds reflect.Type // nil for none
	run   func(c *call, q database.Q) (any, error)
}

// doer is a function that changes something, with the types of what it is asked
// with and of what it makes.
type doer struct {
	asks, makes reflect.Type // nil for none
	run         func(c *call, body []byte) (any, error)
}

func reads[Out any](fn func(c *call, q database.Q) (Out, error)) reader {
	return reader{reflect.TypeFor[Out](), func(c *call, q database.Q) (any, error) { return fn(c, q) }}
}

// does is a change without an answer of its own.
func does[In any](fn func(c *call, in In) error) doer {
	d := doer{asks: bodyType[In]()}
	d.run = func(c *call, body []byte) (any, error) {
		in, err := decode[In](body)
		if err != nil {
			return nil, err
		}
		return nil, fn(c, in)
	}
	return d
}

// makes is a change that answers with what it made.
func makes[In, Out any](fn func(c *call, in In) (Out, error)) doer {
	d := doer{asks: bodyType[In](), makes: reflect.TypeFor[Out]()}
	d.run = func(c *call, body []byte) (any, error) {
		in, err := decode[In](body)
		if err != nil {
			return nil, err
		}
		return fn(c, in)
	}
	return d
}

// none is the body of a request that has none.
type none struct{}

func bodyType[In any]() reflect.Type {
	if t := reflect.TypeFor[In](); t != reflect.TypeFor[none]() {
		return t
	}
	return nil
}

// call is one request while it is answered.
type call struct {
	*API
	ctx     context.Context
	r       *http.Request
	visitor *access.Visitor
	at      access.At
	project string // the normal name in the address, "" for none

	// maintain is the owners' acts under the request's condition.
	maintain *maintain.Actions
}

// path is a part of the address.
func (c *call) path(name string) string { return c.r.PathValue(name) }
