const { DynamoDB } = require('aws-sdk');
const db = new DynamoDB.DocumentClient();
exports.handler = (event) => db.get({ TableName: process.env.TABLE, Key: { id: 1 } }).promise();
