// Package middleware is what wraps every handler: the request's record, who is
// calling, the headers every answer has, the limits on bodies, and the one
// renderer that turns an error into an answer.
package middleware
