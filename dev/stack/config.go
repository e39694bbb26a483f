package stack

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"
	"go.temporal.io/server/common/cluster"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/dynamicconfig"
	"go.temporal.io/server/common/persistence/sql/sqlplugin/sqlite"
	sqliteschema "go.temporal.io/server/schema/sqlite"
	"google.golang.org/protobuf/types/known/durationpb"
)

const clusterName = "active"

// serverConfig is the whole configuration: one shard, one store for history and
// visibility, everything that would reach outside switched off.
func serverConfig(store *config.SQL, ports servicePorts) *config.Config {
	frontend := hostPort(ports.frontend)
	conf := &config.Config{}
	conf.Global.Membership = config.Membership{MaxJoinDuration: 30 * time.Second, BroadcastAddress: loopback}
	conf.Persistence = config.Persistence{
		DefaultStore: "sqlite", VisibilityStore: "sqlite", NumHistoryShards: 1,
		DataStores: map[string]config.DataStore{"sqlite": {SQL: store}},
	}
	conf.ClusterMetadata = &cluster.Config{
		FailoverVersionIncrement: 10, MasterClusterName: clusterName, CurrentClusterName: clusterName,
		ClusterInformation: map[string]cluster.ClusterInformation{clusterName: {
			Enabled: true, InitialFailoverVersion: 1, RPCAddress: frontend,
			// Any UUID will do; without one the server invents it and complains.
			ClusterID: uuid.NewSHA1(uuid.NameSpaceDNS, []byte("recourse.dev")).String(),
		}},
	}
	conf.DCRedirectionPolicy = config.DCRedirectionPolicy{Policy: "noop"}
	conf.PublicClient = config.PublicClient{HostPort: frontend}
	conf.Archival.History.State, conf.Archival.Visibility.State = "disabled", "disabled"
	conf.NamespaceDefaults.Archival.History.State = "disabled"
	conf.NamespaceDefaults.Archival.Visibility.State = "disabled"
	conf.Services = ports.services()
	return conf
}

// limits lifts the rates meant to protect a shared cluster from one tenant.
func limits() dynamicconfig.StaticClient {
	return dynamicconfig.StaticClient{
		dynamicconfig.FrontendRPS.Key():                             100_000,
		dynamicconfig.FrontendMaxNamespaceRPSPerInstance.Key():      100_000,
		dynamicconfig.HistoryPersistenceMaxQPS.Key():                100_000,
		dynamicconfig.FrontendPersistenceMaxQPS.Key():               100_000,
		dynamicconfig.MatchingPersistenceMaxQPS.Key():               100_000,
		dynamicconfig.ForceSearchAttributesCacheRefreshOnRead.Key(): true,
	}
}

// openStore describes the database and makes sure schema and namespace exist.
func openStore(dir string) (*config.SQL, error) {
	if dir == "" {
		store := &config.SQL{
			PluginName: sqlite.PluginName, DatabaseName: uuid.NewString(),
			ConnectAttributes: map[string]string{"mode": "memory", "cache": "shared"},
		}
		return store, createNamespace(store)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the Temporal data: %w", err)
	}
	if err := checkVersion(dir); err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "temporal.db")
	if _, err := os.Stat(file); errors.Is(err, os.ErrNotExist) {
		if err := createFile(file); err != nil {
			return nil, err
		}
	}
	store := fileStore(file)
	return store, createNamespace(store)
}

// fileStore syncs every commit: the position of a case must not be older than
// its record after a power cut, and the record is synced by PostgreSQL.
func fileStore(file string) *config.SQL {
	return &config.SQL{
		PluginName: sqlite.PluginName, DatabaseName: file,
		ConnectAttributes: map[string]string{
			"mode": "rwc", "journal_mode": "wal", "synchronous": "full", "busy_timeout": "10000",
		},
	}
}

// createFile builds the schema beside its place and moves it in when complete:
// a start that was killed halfway leaves no half schema to be trusted later.
func createFile(file string) error {
	draft := file + ".new"
	for _, leftover := range []string{draft, draft + "-wal", draft + "-shm", draft + "-journal"} {
		if err := os.Remove(leftover); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("clear a half-made Temporal database: %w", err)
		}
	}
	store := fileStore(draft)
	store.ConnectAttributes["journal_mode"] = "delete"
	if err := sqliteschema.SetupSchema(store); err != nil {
		return fmt.Errorf("create the Temporal schema: %w", err)
	}
	if err := os.Rename(draft, file); err != nil {
		return fmt.Errorf("put the Temporal database in place: %w", err)
	}
	return nil
}

func createNamespace(store *config.SQL) error {
	namespace, err := sqliteschema.NewNamespaceConfig(clusterName, Namespace, false, nil)
	if err != nil {
		return fmt.Errorf("describe the namespace: %w", err)
	}
	namespace.Detail.Config.Retention = durationpb.New(Retention)
	if err := sqliteschema.CreateNamespaces(store, namespace); err != nil {
		return fmt.Errorf("create the namespace: %w", err)
	}
	return nil
}
