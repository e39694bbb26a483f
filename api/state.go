package api

import (
	"context"
	_ "embed"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"recourse/recovery"
)

//go:embed openapi.yaml
var specification []byte

// GetSpecification implements ServerInterface.
func (a *API) GetSpecification(c echo.Context) error {
	return c.Blob(http.StatusOK, "application/yaml", specification)
}

// GetHealth implements ServerInterface.
func (a *API) GetHealth(c echo.Context) error {
	return sendJSON(c, Health{Status: HealthStatusOk, Version: a.options.Version})
}

// readyTimeout is the time a dependency has to answer the readiness check.
const readyTimeout = 3 * time.Second

// GetReadiness implements ServerInterface.
func (a *API) GetReadiness(c echo.Context) error {
	ctx, cancel := context.WithTimeout(c.Request().Context(), readyTimeout)
	defer cancel()
	if err := a.service.Ready(ctx); err != nil {
		unready := recovery.Faultf(recovery.CodeUnavailable, "The database or the workflow engine does not answer. Please retry later.")
		unready.Cause = err
		return unready
	}
	return sendJSON(c, Health{Status: HealthStatusReady, Version: a.options.Version})
}
