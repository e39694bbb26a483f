package worker

import (
	"context"
	"errors"

	"go.temporal.io/api/serviceerror"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// busyKey is the key of the function that ends a call when the server is busy.
type busyKey struct{}

// withoutBusyRetry returns a context in which the client does not repeat a call that the
// server refused for lack of room. Otherwise it repeats it until the context ends, and
// whoever has other calls to make waits. refusal returns that error, nil if there is none.
func withoutBusyRetry(ctx context.Context) (limited context.Context, refusal func() error) {
	limited, end := context.WithCancelCause(ctx)
	limited = context.WithValue(limited, busyKey{}, end)
	return limited, func() error {
		defer end(nil)
		if busy, is := errors.AsType[*serviceerror.ResourceExhausted](context.Cause(limited)); is {
			return busy
		}
		return nil
	}
}

// endWhenBusy is called for every attempt of a call. It ends the call for lack of room
// if the context asks for that.
func endWhenBusy(
	ctx context.Context, method string, request, reply any, connection *grpc.ClientConn, invoke grpc.UnaryInvoker, options ...grpc.CallOption,
) error {
	err := invoke(ctx, method, request, reply, connection, options...)
	if end, asked := ctx.Value(busyKey{}).(context.CancelCauseFunc); asked && status.Code(err) == codes.ResourceExhausted {
		end(serviceerror.FromStatus(status.Convert(err)))
	}
	return err
}
