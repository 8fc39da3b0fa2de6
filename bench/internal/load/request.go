// Package load is a small HTTP/1.1 client that measures servers: requests are
// bytes prepared beforehand, answers are read only as far as needed to check
// them, and one thread serves all connections with epoll. On a machine where
// client and server share two cores this leaves most of them to the server.
//
// It runs on Linux.
package load

import (
	"encoding/base64"
	"fmt"
	"strings"
)

// Request is one prepared request and what its answer must look like.
type Request struct {
	Head   []byte // request line and headers
	Body   []byte // may be nil
	Status int    // the answer must have this status; Any: it is only counted
	Length int64  // … and a body of so many bytes; negative: any
}

// Any is the status of a request that may be answered in several ways.
const Any = 0

// Get prepares a GET that must be answered with status. Headers are "Key: value".
func Get(host, path string, status int, headers ...string) Request {
	return Request{Head: head("GET", host, path, headers), Status: status, Length: -1}
}

// Post prepares a POST of body that must be answered with 200.
func Post(host, path, contentType string, body []byte, headers ...string) Request {
	headers = append([]string{
		"Content-Type: " + contentType,
		fmt.Sprintf("Content-Length: %d", len(body)),
	}, headers...)
	return Request{Head: head("POST", host, path, headers), Body: body, Status: 200, Length: -1}
}

// BasicAuth is the header for a user name and password.
func BasicAuth(user, password string) string {
	return "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

func head(method, host, path string, headers []string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: strongroom-bench/1\r\n", method, path, host)
	for _, h := range headers {
		b.WriteString(h + "\r\n")
	}
	b.WriteString("\r\n")
	return []byte(b.String())
}
