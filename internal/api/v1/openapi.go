package v1

import (
	"cmp"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"strongroom/internal/access"
	"strongroom/internal/index"
	"strongroom/internal/middleware"
)

// openAPI answers with the document.
func (a *API) openAPI(w http.ResponseWriter, r *http.Request) error {
	body, err := a.Document()
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "max-age=600, public")
	return answer{http.StatusOK, map[string]string{"Content-Type": "application/json", "ETag": etagOf(body)}, body}.write(w, r)
}

// Document is the OpenAPI 3.1 description of the API, made from the table and
// the types. The same table gives the same bytes.
func (a *API) Document() ([]byte, error) {
	s := schemas{"Problem": problemSchema()}
	paths := map[string]object{}
	for _, op := range a.operations() {
		if paths[op.Path] == nil {
			paths[op.Path] = object{}
			if list := pathParameters(op.Path); len(list) > 0 {
				paths[op.Path]["parameters"] = list
			}
		}
		paths[op.Path][strings.ToLower(op.Method)] = op.describe(s)
	}
	body, err := json.MarshalIndent(object{
		"openapi": "3.1.1",
		"info": object{
			"title": "Strongroom management API", "version": "1",
			"description": "What owners and moderators do in the pages, for programs. docs/API.md is a guide.",
			"license":     object{"name": "Apache-2.0", "identifier": "Apache-2.0"},
		},
		"servers": []object{{"url": Base}},
		"tags":    tagList(),
		"paths":   paths,
		"components": object{
			"schemas": s, "securitySchemes": securitySchemes(), "headers": headerList(), "parameters": sharedParameters(),
		},
	}, "", "  ")
	return append(body, '\n'), err
}

func tagList() []object {
	return []object{
		{"name": "projects", "description": "Reading projects, releases and files with what is said about them."},
		{"name": "status", "description": "Yanking, deprecating and archiving."},
		{"name": "deletion", "description": "Deleting, restoring and opening a release again."},
		{"name": "roles", "description": "Who has which role in a project, and who was invited."},
		{"name": "organizations", "description": "Organizations, their people and their teams."},
		{"name": "reports", "description": "Telling the moderators."},
		{"name": "moderation", "description": "What moderators do."},
	}
}

func securitySchemes() object {
	return object{
		"token": object{"type": "http", "scheme": "bearer", "description": "An API token with the permission that the operation names; as Basic it has the user name __token__."},
		"login": object{"type": "apiKey", "in": "cookie", "name": middleware.LoginCookie, "description": "A browser that signed in here."},
	}
}

func headerList() object {
	text := object{"type": "string"}
	return object{
		"ETag":             object{"description": "Validator of the state, for If-Match and If-None-Match.", "schema": text},
		"RateLimit":        object{"description": "How many requests are left until when.", "schema": text},
		"RateLimit-Policy": object{"description": "How many requests are let through in which time.", "schema": text},
		"Link":             object{"description": "The page after this one, with rel=next.", "schema": text},
		"Retry-After":      object{"description": "Seconds after which trying again makes sense.", "schema": object{"type": "integer"}},
	}
}

func sharedParameters() object {
	text := object{"type": "string"}
	return object{
		"IfMatch":        object{"name": "If-Match", "in": "header", "schema": text, "description": "Only change the state that has this ETag; else 412."},
		"IdempotencyKey": object{"name": "Idempotency-Key", "in": "header", "schema": object{"type": "string", "minLength": 1, "maxLength": 255}, "description": "The request is carried out once for this key of yours, and answered the same for a day."},
		"Limit":          object{"name": "limit", "in": "query", "schema": object{"type": "integer", "minimum": 1, "maximum": maxPage, "default": usualPage}, "description": "How many items a page has."},
		"Cursor":         object{"name": "cursor", "in": "query", "schema": text, "description": "Where the page begins, from the field next of the page before."},
	}
}

func problemSchema() object {
	codes := []string{}
	for _, info := range index.Codes() {
		codes = append(codes, string(info.Code))
	}
	return object{
		"type": "object", "description": "A refusal (RFC 9457).", "required": []string{"type", "title", "status", "detail", "code"},
		"properties": object{
			"type": object{"type": "string"}, "title": object{"type": "string"}, "status": object{"type": "integer"},
			"detail": object{"type": "string", "description": "A sentence for people."},
			"code":   object{"type": "string", "description": "What programs look at; it never changes its meaning.", "enum": codes},
		},
	}
}

// pathParameters describes the parts of an address.
func pathParameters(path string) (out []object) {
	docs := map[string]string{
		"project": "Name of the project, in any spelling; another than the normal one is redirected (308).", "version": "Version of the release, in any spelling (PEP 440).",
		"filename": "Exact filename.", "id": "Number of the deprecation.", "uid": "Identifier, as the list has it.", "username": "Name of the account.", "name": "A name or switch.",
		"organization": "Name of the organization.", "team": "Name of the team.", "label": "Key of the label.", "invitation": "The invitation's id.",
	}
	for _, m := range regexp.MustCompile(`\{([a-z]+)\}`).FindAllStringSubmatch(path, -1) {
		out = append(out, object{"name": m[1], "in": "path", "required": true, "description": docs[m[1]], "schema": object{"type": "string"}})
	}
	return out
}

// describe is the operation for the document.
func (op operation) describe(s schemas) object {
	out := object{"operationId": op.ID, "tags": []string{op.Tag}, "summary": op.Summary, "responses": op.responses(s)}
	rule, _ := access.RuleOf(op.Right)
	text := []string{}
	if op.Doc != "" {
		text = append(text, op.Doc)
	}
	if rule.Permission != "" && rule.Who != access.Readers {
		text = append(text, "A token needs the permission `"+rule.Permission+"`.")
		out["security"] = []object{{"token": []string{}}, {"login": []string{}}}
	}
	if len(text) > 0 {
		out["description"] = strings.Join(text, " ")
	}
	if list := op.parameters(); len(list) > 0 {
		out["parameters"] = list
	}
	if op.Does.asks != nil {
		out["requestBody"] = object{"required": hasRequired(op), "content": object{"application/json": object{"schema": s.of(op.Does.asks)}}}
	}
	return out
}

func hasRequired(op operation) bool {
	return slices.ContainsFunc(fields(op.Does.asks), func(f field) bool { return f.required })
}

func (op operation) parameters() (out []object) {
	if op.Listed {
		out = append(out, object{"$ref": "#/components/parameters/Limit"}, object{"$ref": "#/components/parameters/Cursor"})
	}
	for _, p := range op.Query {
		schema := object{"type": "string"}
		if len(p.Enum) > 0 {
			schema["enum"] = p.Enum
		}
		out = append(out, object{"name": p.Name, "in": "query", "description": p.Doc, "schema": schema})
	}
	if op.Method != http.MethodGet {
		out = append(out, object{"$ref": "#/components/parameters/IdempotencyKey"})
	}
	if op.Method != http.MethodGet && op.Reads.run != nil {
		out = append(out, object{"$ref": "#/components/parameters/IfMatch"})
	}
	return out
}

// responses describes the good answer and the refusals.
func (op operation) responses(s schemas) object {
	makes := op.Does.makes
	if makes == nil {
		makes = op.Reads.finds
	}
	headers := object{}
	for _, name := range []string{"ETag", "RateLimit", "RateLimit-Policy"} {
		headers[name] = object{"$ref": "#/components/headers/" + name}
	}
	if op.Listed {
		headers["Link"] = object{"$ref": "#/components/headers/Link"}
	}
	out := object{}
	out[strconv.Itoa(cmp.Or(op.Status, http.StatusOK))] = object{
		"description": "The state.", "headers": headers, "content": object{"application/json": object{"schema": s.of(makes)}},
	}
	for status, codes := range op.refusals() {
		out[strconv.Itoa(status)] = object{
			"description": strings.Join(codes, ", "), "content": object{"application/problem+json": object{"schema": object{"$ref": "#/components/schemas/Problem"}}},
		}
	}
	return out
}

// refusals lists the codes that an operation may refuse with, by status.
func (op operation) refusals() map[int][]string {
	codes := []index.Code{index.CodeSignIn, index.CodeNotFound, index.CodeTooManyRequests}
	if op.Listed {
		codes = append(codes, index.CodeInvalidQuery)
	}
	if op.Method != http.MethodGet {
		codes = append(codes, index.CodeAuthentication, index.CodeInvalidToken, index.CodeNotAllowed, index.CodePrecondition, index.CodeKeyBusy,
			index.CodeInvalidBody, index.CodeInvalidQuery, index.CodeKeyMismatch, index.CodeUnsupportedBody, index.CodeBodyTooLarge)
	}
	out := map[int][]string{}
	for _, code := range append(codes, op.Errors...) {
		status := middleware.Status(code.Info().Kind)
		if name := string(code); !slices.Contains(out[status], name) {
			out[status] = append(out[status], name)
			slices.Sort(out[status])
		}
	}
	return out
}
