package stack

import (
	"os"

	"go.temporal.io/server/common/log"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// zapLogger is the logger of the server. Its Fatal must end the process:
// otherwise the server continues into a nil dereference.
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

// noLogger drops the messages of an SDK client while the server is starting.
type noLogger struct{}

func (noLogger) Debug(string, ...any) {}
func (noLogger) Info(string, ...any)  {}
func (noLogger) Warn(string, ...any)  {}
func (noLogger) Error(string, ...any) {}
