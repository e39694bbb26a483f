package recovery

// User is an account.
type User struct {
	ID     UserID
	Role   Role
	Email  string // in lower case
	Name   string
	Active bool
}
