package workflows

import (
	"fmt"

	"go.temporal.io/sdk/workflow"
)

// Export builds a dossier and its bag. The activity records the result, a failure
// included.
func Export(ctx workflow.Context, in ExportInput) error {
	if _, err := callActivity(withExportOptions(ctx), exportActivities.BuildExport, in); err != nil {
		return fmt.Errorf("build the export: %w", err)
	}
	return nil
}
