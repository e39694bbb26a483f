// Package web serves the HTML pages of Recourse. Claimants learn what can still
// be done, file a case and follow it; staff decide; legal downloads the dossiers.
// Pages are rendered on the server. Scripts only show upload progress, copy a
// text and refresh parts that have changed.
//
// It contains no rules about cases; those are in package casework. The REST
// interface is in package api. Only cmd may import this package.
package web
