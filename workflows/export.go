package workflows

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"recourse/activities"
)

// papers names the activities of an export; see world.
var papers *activities.Exports

// Export builds one dossier with its bag. The activity records how it ended,
// failure included; nothing is left to do here.
func Export(ctx workflow.Context, in ExportInput) error {
	if _, err := call(withBuilding(ctx), papers.BuildExport, in); err != nil {
		return fmt.Errorf("build the export: %w", err)
	}
	return nil
}
