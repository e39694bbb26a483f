// Package api is the REST interface of Recourse: /api/v1 as described in
// openapi.yaml, and the health, readiness and metrics endpoints. It turns
// requests into calls of package casework and renders the results as JSON,
// problem documents and files.
//
// It contains no rules about cases; those are in casework. The HTML pages are in
// package web, which shares the echo server. Only cmd may import this package.
package api

//go:generate go run ./specgen
//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.8.2 -config oapi.yaml openapi.yaml
