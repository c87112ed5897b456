"""Which resource and property builds each line of the design, in the design's order."""

from conformance import Row

STORAGE, CATALOG, JOBS = "cat-data-storage", "cat-data-catalog", "cat-data-jobs"
TRIGGER, WAREHOUSE, NETWORK = "cat-data-trigger", "cat-data-warehouse", "cat-data-network"
API, EDGE, BI = "cat-data-api", "cat-data-edge", "cat-data-bi"
AUDIT, MONITORING = "cat-data-audit", "cat-data-monitoring"

LAKE = "NotificationConfiguration"
BUCKET_NAME = "BucketName || join('', [BucketNamePrefix, '-<account>-<region>-an'])"

ROWS = [
    # 3. サービスの選択
    Row("Amazon S3: データ保管用のストレージ。大容量のデータを格納し、分析に活用できる。",
        STORAGE, "AWS::S3::Bucket", BUCKET_NAME, LAKE, "bucket.namespace"),
    Row("Amazon Athena: S3に格納されたデータをSQL形式で分析できる。",
        CATALOG, "AWS::Athena::WorkGroup", "WorkGroupConfiguration.EngineVersion.SelectedEngineVersion"),
    Row("AWS Glue: ETLジョブを実行し、データの抽出・変換・ロードを自動化できる。",
        JOBS, "AWS::Glue::Job", "GlueVersion"),
    Row("Amazon Redshift: 大規模な分析向けのデータウェアハウス。高速な分析が可能。",
        WAREHOUSE, "AWS::Redshift::Cluster", "ClusterType", switch="warehouse.kind"),
    Row("Amazon QuickSight: 分析結果の可視化を行う。ダッシュボードの作成が簡単。",
        BI, "AWS::QuickSight::DataSource", "Type", switch="bi.principal_arn"),
    Row("AWS Lambda: サーバレスでイベント駆動型の処理を実行できる。",
        TRIGGER, "AWS::Lambda::EventSourceMapping", "EventSourceArn"),
    Row("Amazon API Gateway: APIの管理・公開を行う。", API, "AWS::ApiGateway::RestApi", "Name"),
    Row("Amazon Cognito: ユーザー認証を提供する。", API, "AWS::Cognito::UserPool", "UserPoolName"),
    Row("AWS CloudTrail: 管理イベントのログ記録と分析を行う。", AUDIT, "AWS::CloudTrail::Trail", "IsLogging"),
    Row("Amazon CloudWatch: リソースの監視と警報通知を行う。",
        MONITORING, "AWS::CloudWatch::Alarm", "AlarmActions"),
    # 4. Amazon S3
    Row("バケット名: cat-data-bucket", STORAGE, "AWS::S3::Bucket", BUCKET_NAME, LAKE, "bucket.namespace"),
    Row("オブジェクトのバージョン管理を有効化",
        STORAGE, "AWS::S3::Bucket", "VersioningConfiguration.Status", LAKE),
    Row("暗号化: AES-256", STORAGE, "AWS::S3::Bucket",
        "BucketEncryption.ServerSideEncryptionConfiguration[0].ServerSideEncryptionByDefault.SSEAlgorithm",
        LAKE),
    # Amazon Athena
    Row("データカタログ: AWS Glueを使用", CATALOG, "AWS::Glue::Database", "DatabaseInput.Name"),
    Row("クエリ結果の出力先: s3://cat-data-bucket/athena-query-results/",
        CATALOG, "AWS::Athena::WorkGroup", "WorkGroupConfiguration.ResultConfiguration.OutputLocation",
        "Name == 'dbt'"),
    Row("クエリ結果の出力先: s3://cat-data-bucket/athena-query-results/",
        CATALOG, "AWS::Athena::WorkGroup", "WorkGroupConfiguration.EnforceWorkGroupConfiguration",
        "Name == 'dbt'", "athena.single_enforced_workgroup"),
    Row("クエリ実行ロール: athena-execution-role", CATALOG, "AWS::IAM::Role", "RoleName",
        "RoleName == 'athena-execution-role'"),
    # AWS Glue
    Row("クロールジョブ: 定期的にS3バケットをクロールし、スキーマを自動生成",
        CATALOG, "AWS::Glue::Crawler", "Schedule.ScheduleExpression"),
    Row("クロールジョブ: 定期的にS3バケットをクロールし、スキーマを自動生成",
        CATALOG, "AWS::Glue::Crawler", "Targets.S3Targets[0].Path"),
    Row("ETLジョブ: 必要に応じてデータの抽出・変換・ロードを実行",
        JOBS, "AWS::Glue::Job", "Name", "Name == 'cat-data-normalize'"),
    # Amazon Redshift
    Row("クラスター名: cat-data-cluster", WAREHOUSE, "AWS::Redshift::Cluster", "ClusterIdentifier"),
    Row("ノードタイプ: dc2.large", WAREHOUSE, "AWS::Redshift::Cluster", "NodeType",
        switch="warehouse.node_type"),
    Row("ノード数: 2", WAREHOUSE, "AWS::Redshift::Cluster", "NumberOfNodes", switch="warehouse.nodes"),
    Row("データベース名: catdata", WAREHOUSE, "AWS::Redshift::Cluster", "DBName"),
    # Amazon QuickSight
    Row("データソース: Amazon Redshift", BI, "AWS::QuickSight::DataSource", "Type", switch="bi.source"),
    Row("ダッシュボード: 自治体別の猫データの可視化", BI, "AWS::QuickSight::DataSource", "Name",
        note="Name（内容はダッシュボードの課題で加わる / its content comes with the dashboards）"),
    # AWS Lambda
    Row("関数名: process-cat-data", TRIGGER, "AWS::Lambda::Function", "FunctionName",
        "FunctionName == 'process-cat-data'"),
    Row("トリガー: Amazon S3のPUT イベント", STORAGE, "AWS::S3::Bucket",
        "NotificationConfiguration.QueueConfigurations[0].Event", LAKE, "trigger.events"),
    Row("処理内容: 新しいデータが S3 に追加された際に、AWS GlueのETLジョブを起動する",
        TRIGGER, "AWS::Lambda::Function", "Environment.Variables.GLUE_JOB_NAME",
        "FunctionName == 'process-cat-data'"),
    # Amazon API Gateway
    Row("API名: cat-data-api", API, "AWS::ApiGateway::RestApi", "Name"),
    Row("リソース: /cats", API, "AWS::ApiGateway::RestApi", "keys(Body.paths)[?@ == '/cats'] | [0]",
        note="Body.paths"),
    Row("メソッド: GET", API, "AWS::ApiGateway::RestApi", "keys(Body.paths.\"/cats\")[?@ == 'get'] | [0]",
        note="Body.paths./cats"),
    Row("認証: Amazon Cognito", API, "AWS::ApiGateway::RestApi",
        "values(Body.securityDefinitions || Body.components.securitySchemes)[0].\"x-amazon-apigateway-authorizer\".type",
        note="x-amazon-apigateway-authorizer.type"),
    # Amazon Cognito
    Row("ユーザープール名: cat-data-users", API, "AWS::Cognito::UserPool", "UserPoolName"),
    Row("認証フロー: ユーザー名とパスワードによる認証",
        API, "AWS::Cognito::UserPoolClient", "ExplicitAuthFlows", switch="api.user_password_auth"),
    # AWS CloudTrail
    Row("トレイル名: cat-data-trail", AUDIT, "AWS::CloudTrail::Trail", "TrailName"),
    Row("記録するイベント: 全てのマネージメントイベント", AUDIT, "AWS::CloudTrail::Trail",
        "join(', ', EventSelectors[].ReadWriteType)", note="EventSelectors.ReadWriteType"),
    # Amazon CloudWatch
    Row("ロググループ名: /aws/lambda/process-cat-data", TRIGGER, "AWS::Logs::LogGroup", "LogGroupName"),
    Row("メトリクス: Lambdaの実行時間、エラー数など", MONITORING, "AWS::CloudWatch::Alarm", "MetricName",
        "MetricName == 'Duration'"),
    Row("メトリクス: Lambdaの実行時間、エラー数など", MONITORING, "AWS::CloudWatch::Alarm", "MetricName",
        "MetricName == 'Errors'"),
    # 5. ネットワーク
    Row("CIDR ブロック: 10.0.0.0/16", NETWORK, "AWS::EC2::VPC", "CidrBlock"),
    *(Row("パブリックサブネット (2AZ): 10.0.0.0/24, 10.0.1.0/24", NETWORK, "AWS::EC2::Subnet",
          "join(' @ ', [CidrBlock, AvailabilityZone])", f"CidrBlock == '{cidr}'", note="CidrBlock @ AvailabilityZone")
      for cidr in ("10.0.0.0/24", "10.0.1.0/24")),
    *(Row("プライベートサブネット (2AZ): 10.0.10.0/24, 10.0.11.0/24", NETWORK, "AWS::EC2::Subnet",
          "join(' @ ', [CidrBlock, AvailabilityZone])", f"CidrBlock == '{cidr}'", note="CidrBlock @ AvailabilityZone")
      for cidr in ("10.0.10.0/24", "10.0.11.0/24")),
    Row("allow-ssh: SSHアクセスを許可 (踏み台サーバ用)", NETWORK, "AWS::EC2::SecurityGroup",
        "GroupName", "GroupName == 'allow-ssh'", "network.bastion"),
    Row("allow-https: HTTPSアクセスを許可 (API Gateway用)", NETWORK, "AWS::EC2::SecurityGroup",
        "GroupName", "GroupName == 'allow-https'"),
    Row("allow-redshift: Redshiftクラスターへのアクセスを許可", NETWORK, "AWS::EC2::SecurityGroup",
        "GroupName", "GroupName == 'allow-redshift'"),
    Row("パブリックサブネット: インバウンド - HTTP/HTTPS、アウトバウンド - すべて許可",
        NETWORK, "AWS::EC2::NetworkAclEntry", "PortRange", "PortRange.From == `443` && Egress == `false`",
        "network.literal_nacl"),
    Row("プライベートサブネット: インバウンド - Redshift、アウトバウンド - すべて許可",
        NETWORK, "AWS::EC2::NetworkAclEntry", "PortRange", "PortRange.From == `5439` && Egress == `false`",
        "network.literal_nacl"),
    # 6. 可用性
    Row("マルチAZでRedshiftクラスターを構築し、高可用性を確保する。", WAREHOUSE, "AWS::Redshift::Cluster",
        "MultiAZ", switch="warehouse.multi_az", literal="multi_az",
        note="MultiAZ（RA3 だけ。dc2 では設定を拒む / RA3 only; refused with dc2）"),
    Row("Lambdaはサーバレスのため、自動でスケーリングされる。", TRIGGER, "AWS::Lambda::EventSourceMapping",
        "ScalingConfig.MaximumConcurrency"),
    Row("API GatewayとCloudFrontを組み合わせ、CDNによるレイテンシの低減と可用性の向上を図る。",
        API, "AWS::CloudFront::Distribution", "DistributionConfig.Origins[0].DomainName"),
    Row("CloudWatchアラームを設定し、リソースの異常を検知する。", MONITORING, "AWS::CloudWatch::Alarm", "AlarmName"),
    # 7. セキュリティ
    Row("IAMユーザーとロールを使ってアクセス権限を細かく設定する。", CATALOG, "AWS::IAM::Role",
        "AssumeRolePolicyDocument.Statement[0].Principal", "RoleName == 'athena-execution-role'",
        "access"),
    Row("S3バケットとRedshiftクラスターのデータを暗号化する。", STORAGE, "AWS::S3::Bucket",
        "BucketEncryption.ServerSideEncryptionConfiguration[0].ServerSideEncryptionByDefault.SSEAlgorithm",
        LAKE),
    Row("S3バケットとRedshiftクラスターのデータを暗号化する。", WAREHOUSE, "AWS::Redshift::Cluster", "KmsKeyId"),
    Row("WAFを導入し、不正アクセスからAPIを保護する。", EDGE, "AWS::WAFv2::WebACL", "Scope"),
    Row("WAFを導入し、不正アクセスからAPIを保護する。", API, "AWS::WAFv2::WebACL", "Scope"),
    Row("CloudTrailでマネージメントイベントを記録し、セキュリティ監視に活用する。",
        AUDIT, "AWS::CloudTrail::Trail", "IsMultiRegionTrail"),
    # 8. 運用・保守
    Row("CloudWatchを使ってリソースの監視とアラート通知を行う。", MONITORING, "AWS::SNS::Topic", "TopicName"),
    Row("CloudTrailでAPIコールやマネージメントイベントのログを取得し、セキュリティ分析に活用する。",
        AUDIT, "AWS::CloudTrail::Trail", "EnableLogFileValidation"),
    Row("AWS Configで設定変更を記録し、リソースの状態を確認する。", AUDIT, "AWS::Config::ConfigurationRecorder",
        "RecordingGroup", switch="audit.config_recorder"),
    Row("Lambdaの実行ログはCloudWatchログに出力され、Dashboardで可視化する。",
        MONITORING, "AWS::CloudWatch::Dashboard", "DashboardName"),
]  # fmt: skip
