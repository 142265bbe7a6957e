resource "aws_guardduty_detector" "off" {
  enable = false # finding: CKV_AWS_238, CKV2_AWS_3, GuardDuty.1, GUARDDUTY_ENABLED_CENTRALIZED
}

resource "aws_guardduty_detector" "on" {
  enable = true
}

# The provider switches it on where nothing is said.
resource "aws_guardduty_detector" "unsaid" {
  finding_publishing_frequency = "FIFTEEN_MINUTES"
}
