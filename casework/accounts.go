package casework

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"recourse/recovery"
)

// tokenPrefix lets people and secret scanners recognise a leaked token.
const tokenPrefix = "rc_"

// Authenticate returns the account of an API token. Only the token's SHA-256 is
// stored, so the look-up has no timing that an attacker could use.
func (s *Service) Authenticate(ctx context.Context, token string) (recovery.Actor, error) {
	if !strings.HasPrefix(token, tokenPrefix) || len(token) > 100 {
		return recovery.Actor{}, recovery.Faultf(recovery.CodeUnauthenticated, "Send a valid token: Authorization: Bearer rc_….")
	}
	hash := sha256.Sum256([]byte(token))
	if actor, known := s.tokens.findActor(hash); known {
		return actor, nil
	}
	user, err := s.Store.UserByToken(ctx, hash)
	if err != nil {
		return recovery.Actor{}, err
	}
	actor := recovery.Actor{Role: user.Role, ID: user.ID}
	s.tokens.storeActor(hash, actor)
	return actor, nil
}

// IssueToken makes a token for an account. It is shown once. Only its hash is stored. Its
// note says what it is for.
func (s *Service) IssueToken(ctx context.Context, user recovery.UserID, note string, expires *time.Time) (string, error) {
	secret := make([]byte, 32)
	if _, err := io.ReadFull(s.Random, secret); err != nil {
		return "", fmt.Errorf("token: %w", err)
	}
	token := tokenPrefix + base64.RawURLEncoding.EncodeToString(secret)
	hash := sha256.Sum256([]byte(token))
	record := recovery.Token{ID: hex.EncodeToString(hash[:tokenIDSize]), UserID: user, Note: note, ExpiresAt: expires}
	return token, s.Store.AddToken(ctx, record, hash)
}

// tokenIDSize is the number of bytes of a token's hash that name it to people.
const tokenIDSize = 5

// Tokens lists the tokens of an account, oldest first. Errors: CodeNotFound.
func (s *Service) Tokens(ctx context.Context, user recovery.UserID) ([]recovery.Token, error) {
	if _, err := s.Store.FindUser(ctx, user); err != nil {
		return nil, err
	}
	return s.Store.ListTokens(ctx, user)
}

// RevokeToken ends a token by its id. Processes that have used it in the last tokenTTL
// accept it until then. Errors: CodeNotFound.
func (s *Service) RevokeToken(ctx context.Context, id string) (recovery.Token, error) {
	return s.Store.RevokeToken(ctx, id)
}

// Account returns one account.
func (s *Service) Account(ctx context.Context, id recovery.UserID) (recovery.User, error) {
	return s.Store.FindUser(ctx, id)
}

// Accounts lists the accounts with a role, or all for "".
func (s *Service) Accounts(ctx context.Context, role recovery.Role) ([]recovery.User, error) {
	return s.Store.ListUsers(ctx, role)
}

// EnsureAccount creates an account or updates the one with this address. It is for
// development accounts; a person's role is never changed by the way.
func (s *Service) EnsureAccount(ctx context.Context, role recovery.Role, email, name string) (recovery.User, error) {
	return s.Store.EnsureUser(ctx, recovery.User{
		ID: recovery.UserID(s.newID()), Role: role, Email: email, Name: name, Active: true,
	})
}

// AddAccount creates an account. Errors: CodeConflict if one with this address exists.
func (s *Service) AddAccount(ctx context.Context, role recovery.Role, email, name string) (recovery.User, error) {
	return s.Store.AddUser(ctx, recovery.User{ID: recovery.UserID(s.newID()), Role: role, Email: email, Name: name})
}

// ChangeRole gives an account another role. Its sessions have the new rights at once; its
// tokens are revoked, because they were made for the former role. Errors: CodeNotFound.
func (s *Service) ChangeRole(ctx context.Context, id recovery.UserID, role recovery.Role) (recovery.User, error) {
	return s.Store.ChangeRole(ctx, id, role)
}

// DisableAccount ends an account: its sessions at once, its tokens for ever, its turns. It
// returns how many open cases are assigned to it, which somebody else must take. Errors:
// CodeNotFound.
func (s *Service) DisableAccount(ctx context.Context, id recovery.UserID) (openCases int, err error) {
	return s.Store.DisableUser(ctx, id)
}

// EnableAccount opens a disabled account again, without its former tokens and turns.
// Errors: CodeNotFound.
func (s *Service) EnableAccount(ctx context.Context, id recovery.UserID) (recovery.User, error) {
	return s.Store.EnableUser(ctx, id)
}

// SetCapacity sets up to how many open cases an agent gets automatically; 0 means
// none. Errors: CodeNotFound, CodeInvalid for other roles.
func (s *Service) SetCapacity(ctx context.Context, id recovery.UserID, cases int) error {
	user, err := s.Store.FindUser(ctx, id)
	if err != nil {
		return err
	}
	if user.Role != recovery.RoleAgent || cases < 0 || cases > MaxCapacity {
		return recovery.Invalid([]recovery.FieldFault{{
			Field: "capacity", Code: "out_of_range", Detail: fmt.Sprintf("Only agents have a capacity, of at most %d cases.", MaxCapacity),
		}})
	}
	return s.Store.SetCapacity(ctx, id, cases)
}

// MaxCapacity is the largest capacity of an agent.
const MaxCapacity = 1_000

// tokenTTL limits how long a revoked token still works.
const tokenTTL = 10 * time.Second

// tokenCache saves the database look-up for a token that was used recently.
type tokenCache struct {
	now   func() time.Time
	mutex sync.Mutex
	known map[[32]byte]knownToken
}

type knownToken struct {
	actor     recovery.Actor
	expiresAt time.Time
}

func newTokenCache(now func() time.Time) *tokenCache {
	return &tokenCache{now: now, known: map[[32]byte]knownToken{}}
}

func (c *tokenCache) findActor(hash [32]byte) (recovery.Actor, bool) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	entry, found := c.known[hash]
	if !found || c.now().After(entry.expiresAt) {
		return recovery.Actor{}, false
	}
	return entry.actor, true
}

func (c *tokenCache) storeActor(hash [32]byte, actor recovery.Actor) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if len(c.known) >= 10_000 {
		clear(c.known)
	}
	c.known[hash] = knownToken{actor: actor, expiresAt: c.now().Add(tokenTTL)}
}
