// Package api is the REST face of Recourse: /api/v1 as openapi.yaml describes
// it, with the health, readiness and metrics of the process beside it. It turns
// requests into calls of package casework and what comes back into JSON,
// problem documents and files.
//
// It decides nothing about a case: every rule is asked of casework. It is not
// the pages (package web), with which it shares one echo server. Only cmd may
// import it.
package api

//go:generate go run ./specgen
//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.8.2 -config oapi.yaml openapi.yaml
