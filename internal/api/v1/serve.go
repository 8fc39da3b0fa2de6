package v1

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"strongroom/internal/access"
	"strongroom/internal/database"
	"strongroom/internal/idempotency"
	"strongroom/internal/index"
	"strongroom/internal/middleware"
	"strongroom/internal/packaging"
	"strongroom/internal/ratelimit"
)

// handler answers an operation. The gate asked the table of rights before.
func (a *API) handler(op operation) middleware.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		rec := middleware.Of(w)
		rec.Reserved = true // owners see more, so no cache that people share keeps it
		c := &call{API: a, ctx: r.Context(), r: r, visitor: rec.Visitor, at: rec.At, maintain: a.Maintain}
		err := c.answer(w, rec, op)
		if index.HasCode(err, index.CodeNotFound) {
			soundHidden(w, rec)
		}
		return err
	}
}

// soundHidden takes from the answer about what is not there all that the gate's
// does not have: a name that nobody has sounds like that of a private project.
func soundHidden(w http.ResponseWriter, rec *middleware.Record) {
	rec.Reserved = false
	w.Header().Del("RateLimit-Policy")
	w.Header().Del("RateLimit")
}

func (c *call) answer(w http.ResponseWriter, rec *middleware.Record, op operation) error {
	if sent, err := c.placed(w, op); sent || err != nil {
		return err
	}
	if err := c.recognise(rec); err != nil {
		return err
	}
	if err := c.limit(w, op); err != nil {
		return err
	}
	if op.Method != http.MethodGet {
		return c.change(w, op)
	}
	answer, err := c.read(op, c.DB.Q)
	if err != nil {
		return err
	}
	return answer.write(w, c.r)
}

// placed finds the name in the address; another spelling of it is sent on to the
// normal one, with the method kept (308).
func (c *call) placed(w http.ResponseWriter, op operation) (sent bool, err error) {
	given := c.path("project")
	if given == "" {
		return false, nil
	}
	if c.project = packaging.NormalizeName(given); !packaging.ValidName(given) {
		return false, noProject(given)
	}
	if c.project != given {
		to := *c.r.URL
		to.Path = Base + replaceProject(op.Path, c.r, c.project)
		middleware.Redirect(w, c.r, to.Path, http.StatusPermanentRedirect)
		return true, nil
	}
	return false, nil
}

func noProject(name string) error {
	return index.Refuse(index.CodeNotFound, "There is no project %q here.", name)
}

// recognise finds out whose token came where none is needed, for owners see more
// of what is theirs. One that is no good does no harm there.
func (c *call) recognise(rec *middleware.Record) error {
	header := c.r.Header.Get("Authorization")
	if header == "" || !c.visitor.Anonymous() {
		return nil
	}
	v, err := c.Guard.Visit(c.ctx, access.Credentials{Authorization: header, Address: rec.Remote, Country: rec.Country, UserAgent: c.r.UserAgent()}, access.ByToken)
	if err == nil {
		err = c.Guard.Learn(c.ctx, v)
	}
	if e := index.AsError(err); err != nil && e.Code.Info().Kind == index.Internal {
		return err
	}
	if err == nil {
		c.visitor, rec.Actor = v, v.User.Username
	}
	return nil
}

// limit counts the request and says how many are left (H-05).
func (c *call) limit(w http.ResponseWriter, op operation) error {
	name, subject := ratelimit.APIWrite, c.visitor.User.UID
	if op.Method == http.MethodGet {
		name = ratelimit.APIRead
	}
	if subject == "" {
		subject = ratelimit.Address(c.visitor.Address)
	}
	v := c.Limiter.Allow(c.ctx, name, subject)
	w.Header().Set("RateLimit-Policy", v.Policy())
	w.Header().Set("RateLimit", v.State())
	if v.OK {
		return nil
	}
	return &index.Error{
		Code: index.CodeTooManyRequests, Retry: v.RetryAfter(),
		Detail: fmt.Sprintf("More than %d requests in %v. Try again in %d seconds.", v.Limit.N, v.Limit.Per, v.RetryAfter()),
	}
}

// read finds the state at the address.
func (c *call) read(op operation, q database.Q) (answer, error) {
	state, err := op.Reads.run(c, q)
	if err != nil {
		return answer{}, err
	}
	return represent(http.StatusOK, state)
}

// change makes one under the request's condition, at most once for its key.
func (c *call) change(w http.ResponseWriter, op operation) error {
	body, err := readBody(w, c.r, op.Does.asks)
	if err != nil {
		return err
	}
	key := c.r.Header.Get("Idempotency-Key")
	if len(c.r.Header.Values("Idempotency-Key")) == 0 {
		made, err := c.carryOut(op, body)
		if err != nil {
			return err
		}
		return made.write(w, c.r)
	}
	var again bool
	var kept idempotency.Answer
	req := idempotency.Request{Owner: c.visitor.User.UID, Key: key, Digest: c.digest(body)}
	kept, again, err = c.Keys.Once(c.ctx, req, func() (idempotency.Answer, error) {
		made, err := c.carryOut(op, body)
		return idempotency.Answer{Status: made.status, Header: made.header, Body: made.body}, err
	})
	if again {
		w.Header().Set("Idempotency-Replayed", "true")
	}
	if err != nil {
		return err
	}
	return answer{kept.Status, kept.Header, kept.Body}.write(w, c.r)
}

// digest is of everything that makes the request this one. The token is not:
// somebody who made a new one repeats the request with that.
func (c *call) digest(body []byte) [sha256.Size]byte {
	text := c.r.Method + "\n" + c.r.URL.RequestURI() + "\n" + c.r.Header.Get("If-Match") + "\n" + string(body)
	return sha256.Sum256([]byte(text))
}

// carryOut makes the change and answers with what it made, or else with the
// state afterwards.
func (c *call) carryOut(op operation, body []byte) (answer, error) {
	if err := c.onCondition(op); err != nil {
		return answer{}, err
	}
	made, err := op.Does.run(c, body)
	if err != nil {
		return answer{}, told(err)
	}
	if made == nil {
		return c.read(op, c.DB.Q)
	}
	return represent(max(op.Status, http.StatusOK), made)
}

// told names refusals of the acts as the API does: what is deleted is in conflict
// (409), a value that cannot be is unprocessable (422), whatever the same is for
// an upload or a page.
func told(err error) error {
	e := *index.AsError(err)
	switch e.Code {
	case index.CodeInvalidForm, index.CodeGroupField, index.CodeInvalidReport, index.CodeDocsAddress:
		e.Code = index.CodeInvalidBody
	case index.CodeProjectDeleted, index.CodeReleaseDeleted, index.CodeFileDeleted:
		e.Code = index.CodeDeleted
	default:
		return err
	}
	e.Problems = nil
	return &e
}

// answer is what is written.
type answer struct {
	status int
	header map[string]string
	body   []byte
}

// located is an answer that says where what was made is.
type located interface{ location() string }

// paged is an answer that has more behind it.
type paged interface{ next() string }

// represent makes the JSON of a state, with its ETag.
func represent(status int, state any) (answer, error) {
	body, err := json.Marshal(state)
	if err != nil {
		return answer{}, err
	}
	body = append(body, '\n')
	header := map[string]string{"Content-Type": "application/json", "ETag": etagOf(body)}
	if l, ok := state.(located); ok {
		header["Location"] = l.location()
	}
	if p, ok := state.(paged); ok && p.next() != "" {
		header["Link"] = "<" + p.next() + `>; rel="next"`
	}
	return answer{status, header, body}, nil
}

func (a answer) write(w http.ResponseWriter, r *http.Request) error {
	h := w.Header()
	for name, value := range a.header {
		h.Set(name, value)
	}
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		if have := r.Header.Values("If-None-Match"); len(have) > 0 && matches(have, a.header["ETag"], weakly) {
			h.Del("Content-Type")
			w.WriteHeader(http.StatusNotModified)
			return nil
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(a.body)))
	w.WriteHeader(a.status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(a.body) // a client that went away needs no answer
	}
	return nil
}

// onCondition refuses the change when If-Match names another state, now and
// again under the lock of the project's name or of the organization.
func (c *call) onCondition(op operation) error {
	wanted := c.r.Header.Values("If-Match")
	if len(wanted) == 0 {
		return nil
	}
	if op.Reads.run == nil {
		return index.Refuse(index.CodePrecondition, "There is no state at this address that If-Match could name; leave it out.")
	}
	check := func(_ context.Context, q database.Q) error {
		there, err := c.read(op, q)
		if err != nil {
			return err
		}
		if matches(wanted, there.header["ETag"], strongly) {
			return nil
		}
		return index.Refuse(index.CodePrecondition, "If-Match does not name the state that is there, whose ETag is %s. Read it again before you change it.", there.header["ETag"])
	}
	c.maintain = c.Maintain.OnlyIf(check)
	return check(c.ctx, c.DB.Q)
}
