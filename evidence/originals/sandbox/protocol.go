package sandbox

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"

	"recourse/recovery"
)

// maxMessage is the size limit of one message between parent and child in bytes.
const maxMessage = 64 << 20

// order is what the parent sends with each open file.
type order struct {
	Job     string          `json:"job"`
	Size    int64           `json:"size"`
	Options json.RawMessage `json:"options,omitempty"`
	Memory  uint64          `json:"memory"` // bytes
}

// answer is what the child returns. The bytes of the result follow it.
type answer struct {
	Value json.RawMessage `json:"value,omitempty"`
	Fault *fault          `json:"fault,omitempty"` // the job refused the file
	Error string          `json:"error,omitempty"` // the job failed
}

// fault is a recovery.Fault without its cause.
type fault struct {
	Code   recovery.Code         `json:"code"`
	Detail string                `json:"detail"`
	Fields []recovery.FieldFault `json:"fields,omitempty"`
}

func newAnswer(value json.RawMessage, err error) answer {
	var refused *recovery.Fault
	switch {
	case err == nil:
		return answer{Value: value}
	case errors.As(err, &refused):
		return answer{Fault: &fault{refused.Code, refused.Detail, refused.Fields}}
	default:
		return answer{Error: err.Error()}
	}
}

func (a answer) err() error {
	switch {
	case a.Fault != nil:
		return &recovery.Fault{Code: a.Fault.Code, Detail: a.Fault.Detail, Fields: a.Fault.Fields}
	case a.Error != "":
		return fmt.Errorf("sandbox: %s", a.Error)
	default:
		return nil
	}
}

// writeMessage writes a length and that many bytes.
func writeMessage(w io.Writer, data []byte) error {
	head := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	if _, err := w.Write(head); err != nil {
		return err
	}
	_, err := w.Write(data)
	return err
}

// readMessage reads what writeMessage wrote.
func readMessage(r io.Reader) ([]byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	size := binary.BigEndian.Uint32(head[:])
	if size > maxMessage {
		return nil, fmt.Errorf("sandbox: a message of %d bytes", size)
	}
	data := make([]byte, size)
	_, err := io.ReadFull(r, data)
	return data, err
}

// sendFile passes an open file to the other end of a Unix socket.
func sendFile(conn *net.UnixConn, file *os.File) error {
	_, _, err := conn.WriteMsgUnix([]byte{0}, syscall.UnixRights(int(file.Fd())), nil)
	return err
}

// receiveFile receives what sendFile sent. Errors: io.EOF when the parent is gone.
func receiveFile(conn *net.UnixConn) (*os.File, error) {
	space := make([]byte, syscall.CmsgSpace(4))
	n, control, _, _, err := conn.ReadMsgUnix(make([]byte, 1), space)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, io.EOF
	}
	messages, err := syscall.ParseSocketControlMessage(space[:control])
	if err != nil || len(messages) != 1 {
		return nil, errors.New("sandbox: a job without its file")
	}
	files, err := syscall.ParseUnixRights(&messages[0])
	if err != nil || len(files) != 1 {
		return nil, errors.New("sandbox: a job without its file")
	}
	return os.NewFile(uintptr(files[0]), "file"), nil
}
