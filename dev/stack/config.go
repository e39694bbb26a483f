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

	"recourse/dev/freeport"
)

const clusterName = "active"

// stores are the two databases of the server. The lists of workflows have their
// own file, because every start, update and end writes to them: in one file those
// writes would delay the histories.
type stores struct{ history, visibility *config.SQL }

// serverConfig returns the whole configuration: one shard, and nothing that
// connects to other machines.
func serverConfig(stores stores, ports servicePorts) *config.Config {
	frontend := freeport.Address(ports.frontend)
	conf := &config.Config{}
	conf.Global.Membership = config.Membership{MaxJoinDuration: 30 * time.Second, BroadcastAddress: loopback}
	conf.Persistence = config.Persistence{
		DefaultStore: "history", VisibilityStore: "visibility", NumHistoryShards: 1,
		DataStores: map[string]config.DataStore{"history": {SQL: stores.history}, "visibility": {SQL: stores.visibility}},
	}
	conf.ClusterMetadata = &cluster.Config{
		FailoverVersionIncrement: 10, MasterClusterName: clusterName, CurrentClusterName: clusterName,
		ClusterInformation: map[string]cluster.ClusterInformation{clusterName: {
			Enabled: true, InitialFailoverVersion: 1, RPCAddress: frontend,
			// Any UUID; without one the server creates it and warns.
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

// dynamicConfig raises the rate limits that protect a shared cluster from one
// tenant, and uses one partition per task queue, as there is one process. One
// worker fires the timers: when thousands fall due at once, their tasks would
// otherwise delay every user action, and tasks that wait too long are created a
// second time.
func dynamicConfig() dynamicconfig.StaticClient {
	return dynamicconfig.StaticClient{
		dynamicconfig.FrontendRPS.Key():                             100_000,
		dynamicconfig.FrontendMaxNamespaceRPSPerInstance.Key():      100_000,
		dynamicconfig.HistoryPersistenceMaxQPS.Key():                100_000,
		dynamicconfig.FrontendPersistenceMaxQPS.Key():               100_000,
		dynamicconfig.MatchingPersistenceMaxQPS.Key():               100_000,
		dynamicconfig.ForceSearchAttributesCacheRefreshOnRead.Key(): true,
		dynamicconfig.MatchingNumTaskqueueReadPartitions.Key():      1,
		dynamicconfig.MatchingNumTaskqueueWritePartitions.Key():     1,
		dynamicconfig.TimerProcessorSchedulerWorkerCount.Key():      1,
	}
}

// openStores creates the databases and the namespace if they do not exist.
func openStores(dir string) (stores, error) {
	if dir == "" {
		open := stores{history: memoryStore(), visibility: memoryStore()} // a database in memory creates its schema itself
		return open, createNamespace(open.history)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return stores{}, fmt.Errorf("create the folder of the Temporal data: %w", err)
	}
	if err := checkVersion(dir); err != nil {
		return stores{}, err
	}
	history, err := openFile(filepath.Join(dir, "temporal.db"), "full")
	if err != nil {
		return stores{}, err
	}
	visibility, err := openFile(filepath.Join(dir, "visibility.db"), "off")
	if err != nil {
		return stores{}, err
	}
	return stores{history, visibility}, createNamespace(history)
}

func memoryStore() *config.SQL {
	return &config.SQL{
		PluginName: sqlite.PluginName, DatabaseName: uuid.NewString(),
		ConnectAttributes: map[string]string{"mode": "memory", "cache": "shared"},
	}
}

func openFile(file, synchronous string) (*config.SQL, error) {
	store := fileStore(file, synchronous)
	if _, err := os.Stat(file); errors.Is(err, os.ErrNotExist) {
		return store, createFile(file)
	}
	return store, nil
}

// fileStore configures a database file. Histories sync every commit ("full"):
// PostgreSQL syncs the record of a case, and after a power cut the workflow must
// not be older than the record. Lists do not ("off"), because nothing depends on
// them.
func fileStore(file, synchronous string) *config.SQL {
	return &config.SQL{
		PluginName: sqlite.PluginName, DatabaseName: file,
		ConnectAttributes: map[string]string{
			"mode": "rwc", "journal_mode": "wal", "synchronous": synchronous, "busy_timeout": "10000",
		},
	}
}

// createFile creates the schema in another file and renames it when complete, so
// that an interrupted start leaves no incomplete schema.
func createFile(file string) error {
	draft := file + ".new"
	for _, leftover := range []string{draft, draft + "-wal", draft + "-shm", draft + "-journal"} {
		if err := os.Remove(leftover); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("remove an incomplete Temporal database: %w", err)
		}
	}
	store := fileStore(draft, "full")
	store.ConnectAttributes["journal_mode"] = "delete"
	if err := sqliteschema.SetupSchema(store); err != nil {
		return fmt.Errorf("create the Temporal schema: %w", err)
	}
	if err := os.Rename(draft, file); err != nil {
		return fmt.Errorf("rename the new Temporal database: %w", err)
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
