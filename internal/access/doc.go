// Package access decides who may do what. API tokens are macaroons that are
// wire-compatible with PyPI's (wire-spec 11); rules.go is the one table of
// rights, asked by every door and action.
package access
