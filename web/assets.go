package web

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"recourse/recovery"
)

//go:embed assets/*
var assetFiles embed.FS

// assets has the styles and scripts under names that contain a hash of their
// content, so browsers may cache them forever.
type assets struct {
	names  map[string]string // app.css → app.1a2b3c4d.css
	bodies map[string][]byte // by hashed name
}

var assetTypes = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
}

func loadAssets() (*assets, error) {
	entries, err := fs.ReadDir(assetFiles, "assets")
	if err != nil {
		return nil, err
	}
	loaded := &assets{names: map[string]string{}, bodies: map[string][]byte{}}
	for _, entry := range entries {
		body, err := assetFiles.ReadFile("assets/" + entry.Name())
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(body)
		ending := path.Ext(entry.Name())
		hashed := strings.TrimSuffix(entry.Name(), ending) + "." + hex.EncodeToString(sum[:4]) + ending
		loaded.names[entry.Name()], loaded.bodies[hashed] = hashed, body
	}
	return loaded, nil
}

// pathOf returns the URL path of an asset.
func (a *assets) pathOf(name string) string { return "/assets/" + a.names[name] }

func (a *assets) serveAsset(c echo.Context) error {
	body, found := a.bodies[c.Param("file")]
	if !found {
		return echo.ErrNotFound
	}
	h := c.Response().Header()
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("X-Content-Type-Options", "nosniff")
	return c.Blob(http.StatusOK, assetTypes[path.Ext(c.Param("file"))], body)
}

// assetTime is how long an asset waits for the count of its requests.
const assetTime = 200 * time.Millisecond

// limitAsset limits the requests of one address. Assets are served without the
// database, too.
func (w *Web) limitAsset(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		reportLimits(c)
		ctx, cancel := context.WithTimeout(c.Request().Context(), assetTime)
		defer cancel()
		if err := w.service.AllowAddress(ctx, c.Request().Method+" "+c.Path(), c.RealIP()); recovery.CodeOf(err) == recovery.CodeRateLimited {
			return err
		}
		return next(c)
	}
}
