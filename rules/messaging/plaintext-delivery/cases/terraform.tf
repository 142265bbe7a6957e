resource "aws_sns_topic" "orders" {
  name = "orders"
}

resource "aws_sns_topic_subscription" "plain" {
  topic_arn = aws_sns_topic.orders.arn
  protocol  = "http" # finding
  endpoint  = "http://partner.example/orders"
}

resource "aws_sns_topic_subscription" "encrypted" {
  topic_arn = aws_sns_topic.orders.arn
  protocol  = "https"
  endpoint  = "https://partner.example/orders"
}

resource "aws_kinesis_firehose_delivery_stream" "plain" {
  name        = "plain"
  destination = "http_endpoint"
  http_endpoint_configuration {
    url = "http://collector.example/" # finding
  }
}

resource "aws_kinesis_firehose_delivery_stream" "encrypted" {
  name        = "encrypted"
  destination = "http_endpoint"
  http_endpoint_configuration {
    url = "https://collector.example/"
  }
}
