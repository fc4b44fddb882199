# What `test` applies: a platform stack as the library writes it. The certificate comes out of the secret store by an
# ephemeral resource and goes into both providers' configuration; nothing else may ever hold it.
terraform {
  required_providers {
    aws        = { source = "aws" }
    helm       = { source = "helm", version = "~> 3.0" }
    kubernetes = { source = "kubernetes", version = "~> 2.0" }
  }
}

variable "access" { description = "ARN of the parameter that holds the certificate" }
variable "api" { description = "URL of the API server" }
variable "emulator" { description = "URL of the AWS API emulator" }
variable "level" { default = "info" }
variable "release" { default = "tigera-operator" }

provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
  endpoints { ssm = var.emulator }
}

ephemeral "aws_ssm_parameter" "access" { arn = var.access }

locals { access = jsondecode(ephemeral.aws_ssm_parameter.access.value) }

provider "helm" {
  kubernetes = {
    host                   = var.api
    cluster_ca_certificate = local.access.ca
    client_certificate     = local.access.certificate
    client_key             = local.access.key
  }
}

provider "kubernetes" {
  host                   = var.api
  cluster_ca_certificate = local.access.ca
  client_certificate     = local.access.certificate
  client_key             = local.access.key
}

resource "helm_release" "network" {
  name             = var.release
  namespace        = "tigera-operator"
  create_namespace = true
  repository       = "https://charts.example"
  chart            = "tigera-operator"
  version          = "v3.32.0"
  values           = [yamlencode({ installation = { enabled = true } }), yamlencode({ installation = { logLevel = var.level } })]
}

resource "kubernetes_namespace_v1" "shop" {
  metadata {
    name   = "shop"
    labels = { "pod-security.kubernetes.io/enforce" = "restricted", level = var.level }
  }
}

resource "kubernetes_config_map_v1" "settings" {
  metadata {
    name      = "settings"
    namespace = kubernetes_namespace_v1.shop.metadata[0].name
  }
  data = { level = var.level, (var.level) = "on" }
}

resource "kubernetes_labels" "default" {
  api_version = "v1"
  kind        = "Namespace"
  metadata { name = "default" }
  labels = { level = var.level }
}

resource "helm_release" "workloads" {
  name      = "shop"
  namespace = kubernetes_namespace_v1.shop.metadata[0].name
  chart     = "${path.module}/chart"
}
