package stack

import (
	"os"

	"go.temporal.io/server/common/log"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// zapLogger is what the server logs to. Its Fatal writes the message and ends
// the process: a logger that only logs lets the server run on into a nil
// dereference.
type zapLogger struct{ log.Logger }

func newLogger(verbose bool) *zapLogger {
	level := zapcore.FatalLevel
	if verbose {
		level = zapcore.WarnLevel
	}
	encoder := zap.NewProductionEncoderConfig()
	encoder.EncodeTime = zapcore.RFC3339TimeEncoder
	core := zapcore.NewCore(zapcore.NewJSONEncoder(encoder), zapcore.Lock(os.Stderr), level)
	return &zapLogger{log.NewZapLogger(zap.New(core))}
}

// silent drops what the SDK client says while the server is still starting.
type silent struct{}

func (silent) Debug(string, ...any) {}
func (silent) Info(string, ...any)  {}
func (silent) Warn(string, ...any)  {}
func (silent) Error(string, ...any) {}
