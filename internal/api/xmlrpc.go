package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"strongroom/internal/index"
	"strongroom/internal/middleware"
	"strongroom/internal/ratelimit"
)

// The limits on a call (security-bar 2.6).
const (
	rpcBody     = 1 << 20 // bytes
	rpcDepth    = 20      // elements inside each other
	rpcElements = 20_000  // elements altogether
)

// rpcTime bounds how long a method may look for its answer.
const rpcTime = 20 * time.Second

// rpcFault is a refusal of XML-RPC, which travels with HTTP's 200.
type rpcFault struct {
	Code int
	Text string
}

// Error implements error.
func (f *rpcFault) Error() string { return fmt.Sprintf("fault %d: %s", f.Code, f.Text) }

// The codes of faults: those of the faults' specification for XML-RPC, and
// PyPI's for what it cannot answer now.
const (
	rpcNotWellFormed = -32700
	rpcNotACall      = -32600
	rpcNoMethod      = -32601
	rpcWrongParams   = -32602
	rpcInternal      = -32603
	rpcApplication   = -32500
	rpcUnavailable   = -32403
)

func faultf(code int, format string, args ...any) *rpcFault {
	return &rpcFault{code, fmt.Sprintf(format, args...)}
}

// rpcState is what calls share.
type rpcState struct {
	browsing sync.Mutex // browse reads all metadata: one at a time
}

// xmlrpc answers a call. Only a body that did not arrive is an error of HTTP.
func (a *API) xmlrpc(w http.ResponseWriter, r *http.Request) error {
	body := middleware.NewSlowBody(w, r)
	defer body.Done()
	text, err := io.ReadAll(io.LimitReader(body, rpcBody+1))
	if err != nil {
		return bodyEnded(err)
	}
	if len(text) > rpcBody && !body.Drain(8*rpcBody) {
		w.Header().Set("Connection", "close")
	}
	verdict := a.Limiter.Allow(r.Context(), ratelimit.XMLRPC, ratelimit.Address(middleware.Of(w).Remote))
	w.Header().Set("RateLimit-Policy", verdict.Policy())
	w.Header().Set("RateLimit", verdict.State())
	result, err := any(nil), error(tooMany(verdict))
	if verdict.OK {
		result, err = a.callRPC(r.Context(), text)
	}
	var fault *rpcFault
	if err != nil && !errors.As(err, &fault) {
		fault = a.internalFault(err)
	}
	writeRPC(w, r, result, fault)
	return nil
}

// bodyEnded keeps a refusal (too slow) and names anything else.
func bodyEnded(err error) error {
	if e := index.AsError(err); e.Code != index.CodeInternal {
		return e
	}
	return &index.Error{Code: index.CodeInvalidForm, Detail: "The call ended early.", Err: err}
}

// tooMany is the fault that clients know by the name of PyPI's exception.
func tooMany(v ratelimit.Verdict) *rpcFault {
	return faultf(rpcApplication, "HTTPTooManyRequests: more than %d calls in %v from this address; try again in %d seconds", v.Limit.N, v.Limit.Per, v.RetryAfter())
}

func (a *API) internalFault(err error) *rpcFault {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return faultf(rpcUnavailable, "the answer took longer than %v; ask for less, or later", rpcTime)
	}
	a.Log.Error("xmlrpc", "error", err.Error())
	return faultf(rpcInternal, "something went wrong on our side; if it stays, tell the administrators")
}

// callRPC reads the call and finds its answer.
func (a *API) callRPC(ctx context.Context, text []byte) (any, error) {
	if len(text) > rpcBody {
		return nil, faultf(rpcNotACall, "the call is larger than %d bytes", rpcBody)
	}
	call, err := readCall(text)
	if err != nil {
		return nil, err
	}
	methods := rpcMethods()
	i := slices.IndexFunc(methods, func(m rpcMethod) bool { return m.name == call.method })
	if i < 0 {
		return nil, faultf(rpcNoMethod, "there is no method %.60q", call.method)
	}
	m := methods[i]
	if m.retired != "" {
		return nil, faultf(rpcApplication, "the method %s is retired: "+m.retired, m.name, a.URL)
	}
	if !m.accepts(call.params) {
		return nil, faultf(rpcWrongParams, "the call must be %s", m.usage)
	}
	ctx, cancel := context.WithTimeout(ctx, rpcTime)
	defer cancel()
	result, err := m.run(a, ctx, call.params)
	if err != nil && ctx.Err() != nil { // databases name an end of time in their own ways
		err = ctx.Err()
	}
	return result, err
}
