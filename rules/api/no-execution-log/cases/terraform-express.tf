# An express state machine keeps no history of its own.
resource "aws_sfn_state_machine" "checkout" {
  name       = "checkout"
  type       = "EXPRESS"
  role_arn   = "arn:aws:iam::123456789012:role/steps"
  definition = jsonencode({ StartAt = "Done", States = { Done = { Type = "Succeed" } } })

  logging_configuration {
    level                  = "OFF" # finding: StepFunctions.1, STEP_FUNCTIONS_STATE_MACHINE_LOGGING_ENABLED
    include_execution_data = true
  }
}
