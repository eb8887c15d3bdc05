-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "domain" (
    "id" UUID NOT NULL,
    "parent_id" UUID,
    "name" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "tags" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "domain_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "account" (
    "id" UUID NOT NULL,
    "domain_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "max_instances" INTEGER NOT NULL DEFAULT 20,
    "max_vcpus" INTEGER NOT NULL DEFAULT 40,
    "max_memory_mib" INTEGER NOT NULL DEFAULT 40960,
    "used_instances" INTEGER NOT NULL DEFAULT 0,
    "used_vcpus" INTEGER NOT NULL DEFAULT 0,
    "used_memory_mib" INTEGER NOT NULL DEFAULT 0,
    "is_enabled" BOOLEAN NOT NULL DEFAULT true,
    "tags" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "limit_claim" (
    "resource_id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "instances" INTEGER NOT NULL DEFAULT 0,
    "vcpus" INTEGER NOT NULL DEFAULT 0,
    "memory_mib" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "limit_claim_pkey" PRIMARY KEY ("resource_id")
);

-- CreateTable
CREATE TABLE "user" (
    "id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "display_name" TEXT NOT NULL DEFAULT '',
    "role" TEXT NOT NULL,
    "password_hash" TEXT,
    "is_enabled" BOOLEAN NOT NULL DEFAULT true,
    "tags" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "user_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "session" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "token_hash" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_key" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "token_hash" TEXT NOT NULL,
    "tags" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ssh_key_pair" (
    "id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "public_key" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "tags" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ssh_key_pair_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "secret" (
    "id" UUID NOT NULL,
    "account_id" UUID,
    "resource_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "key_id" TEXT NOT NULL,
    "ciphertext" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "secret_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "zone" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "network_type" TEXT NOT NULL DEFAULT 'advanced',
    "guest_cidr" TEXT NOT NULL DEFAULT '10.1.1.0/24',
    "dns_servers" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "vni_min" INTEGER NOT NULL DEFAULT 10000,
    "vni_max" INTEGER NOT NULL DEFAULT 99999,
    "is_enabled" BOOLEAN NOT NULL DEFAULT true,
    "tags" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "zone_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "pod" (
    "id" UUID NOT NULL,
    "zone_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "tags" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "pod_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "cluster" (
    "id" UUID NOT NULL,
    "zone_id" UUID NOT NULL,
    "pod_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "hypervisor" TEXT NOT NULL,
    "tags" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "cluster_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "host" (
    "id" UUID NOT NULL,
    "zone_id" UUID NOT NULL,
    "pod_id" UUID NOT NULL,
    "cluster_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "hypervisor" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'registered',
    "is_enabled" BOOLEAN NOT NULL DEFAULT true,
    "management_ip" TEXT,
    "cpu_mhz" INTEGER NOT NULL DEFAULT 0,
    "cpu_count" INTEGER NOT NULL DEFAULT 0,
    "memory_mib" INTEGER NOT NULL DEFAULT 0,
    "cpu_overcommit" DOUBLE PRECISION NOT NULL DEFAULT 4,
    "memory_overcommit" DOUBLE PRECISION NOT NULL DEFAULT 1,
    "claimed_cpu_mhz" INTEGER NOT NULL DEFAULT 0,
    "claimed_memory_mib" INTEGER NOT NULL DEFAULT 0,
    "placement_tags" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "facts" JSONB NOT NULL DEFAULT '{}',
    "certificate_fingerprint" TEXT,
    "boot_id" TEXT,
    "agent_version" TEXT,
    "reported_at" TIMESTAMPTZ(3),
    "connected_at" TIMESTAMPTZ(3),
    "tags" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "host_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "host_allocation" (
    "resource_id" UUID NOT NULL,
    "host_id" UUID NOT NULL,
    "generation" INTEGER NOT NULL,
    "cpu_mhz" INTEGER NOT NULL,
    "memory_mib" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "host_allocation_pkey" PRIMARY KEY ("resource_id")
);

-- CreateTable
CREATE TABLE "pool" (
    "id" UUID NOT NULL,
    "zone_id" UUID NOT NULL,
    "cluster_id" UUID,
    "host_id" UUID,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL DEFAULT 'directory',
    "path" TEXT NOT NULL,
    "capacity_bytes" BIGINT NOT NULL DEFAULT 0,
    "used_bytes" BIGINT NOT NULL DEFAULT 0,
    "claimed_bytes" BIGINT NOT NULL DEFAULT 0,
    "overprovisioning" DOUBLE PRECISION NOT NULL DEFAULT 2,
    "is_enabled" BOOLEAN NOT NULL DEFAULT true,
    "placement_tags" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "tags" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "pool_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "image_store" (
    "id" UUID NOT NULL,
    "zone_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL DEFAULT 'directory',
    "path" TEXT NOT NULL,
    "tags" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "image_store_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "template" (
    "id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "image_store_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "state" TEXT NOT NULL,
    "is_public" BOOLEAN NOT NULL DEFAULT false,
    "format" TEXT NOT NULL DEFAULT 'qcow2',
    "os_type" TEXT NOT NULL DEFAULT 'linux',
    "boot_mode" TEXT NOT NULL DEFAULT 'bios',
    "min_memory_mib" INTEGER NOT NULL DEFAULT 64,
    "size_bytes" BIGINT NOT NULL DEFAULT 0,
    "virtual_size_bytes" BIGINT NOT NULL DEFAULT 0,
    "sha256" TEXT NOT NULL DEFAULT '',
    "error_message" TEXT,
    "tags" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "removed_at" TIMESTAMPTZ(3),

    CONSTRAINT "template_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "compute_offering" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "cpu_count" INTEGER NOT NULL,
    "cpu_mhz" INTEGER NOT NULL,
    "memory_mib" INTEGER NOT NULL,
    "placement_tags" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "is_enabled" BOOLEAN NOT NULL DEFAULT true,
    "tags" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "compute_offering_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "instance" (
    "id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "domain_id" UUID NOT NULL,
    "zone_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "display_name" TEXT NOT NULL DEFAULT '',
    "state" TEXT NOT NULL,
    "state_reason" TEXT,
    "template_id" UUID NOT NULL,
    "compute_offering_id" UUID NOT NULL,
    "cpu_count" INTEGER NOT NULL,
    "cpu_mhz" INTEGER NOT NULL,
    "memory_mib" INTEGER NOT NULL,
    "ssh_public_key" TEXT,
    "user_data" TEXT,
    "host_id" UUID,
    "generation" INTEGER NOT NULL DEFAULT 0,
    "operation_id" UUID,
    "destroyed_at" TIMESTAMPTZ(3),
    "expunge_after" TIMESTAMPTZ(3),
    "removed_at" TIMESTAMPTZ(3),
    "tags" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "instance_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "volume" (
    "id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "zone_id" UUID NOT NULL,
    "instance_id" UUID,
    "template_id" UUID,
    "pool_id" UUID,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "size_bytes" BIGINT NOT NULL,
    "removed_at" TIMESTAMPTZ(3),
    "tags" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "volume_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "network" (
    "id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "zone_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL DEFAULT 'isolated',
    "state" TEXT NOT NULL,
    "cidr" TEXT NOT NULL,
    "gateway" TEXT NOT NULL,
    "dns_domain" TEXT NOT NULL,
    "vni" INTEGER,
    "revision" INTEGER NOT NULL DEFAULT 1,
    "is_default" BOOLEAN NOT NULL DEFAULT false,
    "operation_id" UUID,
    "removed_at" TIMESTAMPTZ(3),
    "tags" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "network_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "nic" (
    "id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "instance_id" UUID NOT NULL,
    "network_id" UUID NOT NULL,
    "mac_address" TEXT NOT NULL,
    "device_index" INTEGER NOT NULL DEFAULT 0,
    "removed_at" TIMESTAMPTZ(3),
    "tags" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "nic_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "router" (
    "id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "zone_id" UUID NOT NULL,
    "network_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "host_id" UUID,
    "generation" INTEGER NOT NULL DEFAULT 0,
    "applied_revision" INTEGER NOT NULL DEFAULT 0,
    "removed_at" TIMESTAMPTZ(3),
    "tags" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "router_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "address" (
    "id" UUID NOT NULL,
    "zone_id" UUID NOT NULL,
    "account_id" UUID,
    "kind" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "ip" TEXT NOT NULL,
    "prefix_length" INTEGER NOT NULL,
    "gateway" TEXT,
    "network_id" UUID,
    "nic_id" UUID,
    "router_id" UUID,
    "tags" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "address_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "operation" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "account_id" UUID NOT NULL,
    "actor_user_id" UUID,
    "resource_type" TEXT NOT NULL,
    "resource_id" UUID NOT NULL,
    "resource_name" TEXT NOT NULL,
    "input" JSONB NOT NULL,
    "group_id" UUID,
    "retry_of_id" UUID,
    "parent_id" UUID,
    "is_cancel_requested" BOOLEAN NOT NULL DEFAULT false,
    "is_past_no_return" BOOLEAN NOT NULL DEFAULT false,
    "error_code" TEXT,
    "error_message" TEXT,
    "request_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "operation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "step" (
    "operation_id" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "is_undo" BOOLEAN NOT NULL DEFAULT false,
    "state" TEXT NOT NULL,
    "error_code" TEXT,
    "error_message" TEXT,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "step_pkey" PRIMARY KEY ("operation_id","position")
);

-- CreateTable
CREATE TABLE "step_attempt" (
    "operation_id" UUID NOT NULL,
    "activity_id" TEXT NOT NULL,
    "attempt" INTEGER NOT NULL,
    "activity" TEXT NOT NULL,
    "host_id" UUID NOT NULL,
    "state" TEXT NOT NULL,
    "fraction" DOUBLE PRECISION,
    "error_code" TEXT,
    "error_message" TEXT,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "step_attempt_pkey" PRIMARY KEY ("operation_id","activity_id","attempt")
);

-- CreateTable
CREATE TABLE "operation_waiter" (
    "operation_id" UUID NOT NULL,
    "waiter_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "operation_waiter_pkey" PRIMARY KEY ("operation_id","waiter_id")
);

-- CreateTable
CREATE TABLE "idempotency_key" (
    "user_id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "input_hash" TEXT NOT NULL,
    "response" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "idempotency_key_pkey" PRIMARY KEY ("user_id","key")
);

-- CreateTable
CREATE TABLE "change" (
    "id" BIGSERIAL NOT NULL,
    "xid" BIGINT NOT NULL,
    "resource_type" TEXT NOT NULL,
    "resource_id" UUID NOT NULL,
    "account_id" UUID,
    "verb" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "change_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "event" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "account_id" UUID,
    "actor_user_id" UUID,
    "resource_type" TEXT,
    "resource_id" UUID,
    "operation_id" UUID,
    "request_id" TEXT,
    "message" TEXT NOT NULL,
    "details" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "stream_ticket" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "instance_id" UUID NOT NULL,
    "host_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "token_hash" TEXT NOT NULL,
    "gateway_url" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "stream_ticket_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "domain_path_key" ON "domain"("path");

-- CreateIndex
CREATE UNIQUE INDEX "account_domain_id_name_key" ON "account"("domain_id", "name");

-- CreateIndex
CREATE INDEX "limit_claim_account_id_idx" ON "limit_claim"("account_id");

-- CreateIndex
CREATE UNIQUE INDEX "user_name_key" ON "user"("name");

-- CreateIndex
CREATE UNIQUE INDEX "session_token_hash_key" ON "session"("token_hash");

-- CreateIndex
CREATE INDEX "session_user_id_idx" ON "session"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "api_key_token_hash_key" ON "api_key"("token_hash");

-- CreateIndex
CREATE INDEX "api_key_user_id_idx" ON "api_key"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "ssh_key_pair_account_id_name_key" ON "ssh_key_pair"("account_id", "name");

-- CreateIndex
CREATE UNIQUE INDEX "secret_resource_id_name_key" ON "secret"("resource_id", "name");

-- CreateIndex
CREATE UNIQUE INDEX "zone_name_key" ON "zone"("name");

-- CreateIndex
CREATE UNIQUE INDEX "pod_zone_id_name_key" ON "pod"("zone_id", "name");

-- CreateIndex
CREATE UNIQUE INDEX "cluster_pod_id_name_key" ON "cluster"("pod_id", "name");

-- CreateIndex
CREATE UNIQUE INDEX "host_name_key" ON "host"("name");

-- CreateIndex
CREATE UNIQUE INDEX "host_certificate_fingerprint_key" ON "host"("certificate_fingerprint");

-- CreateIndex
CREATE INDEX "host_zone_id_state_idx" ON "host"("zone_id", "state");

-- CreateIndex
CREATE INDEX "host_allocation_host_id_idx" ON "host_allocation"("host_id");

-- CreateIndex
CREATE INDEX "pool_host_id_idx" ON "pool"("host_id");

-- CreateIndex
CREATE UNIQUE INDEX "pool_zone_id_name_key" ON "pool"("zone_id", "name");

-- CreateIndex
CREATE UNIQUE INDEX "image_store_zone_id_name_key" ON "image_store"("zone_id", "name");

-- CreateIndex
CREATE INDEX "template_account_id_name_id_idx" ON "template"("account_id", "name", "id");

-- CreateIndex
CREATE UNIQUE INDEX "compute_offering_name_key" ON "compute_offering"("name");

-- CreateIndex
CREATE INDEX "instance_host_id_idx" ON "instance"("host_id");

-- CreateIndex
CREATE INDEX "instance_account_id_name_id_idx" ON "instance"("account_id", "name", "id");

-- CreateIndex
CREATE INDEX "instance_account_id_created_at_id_idx" ON "instance"("account_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "instance_name_id_idx" ON "instance"("name", "id");

-- CreateIndex
CREATE INDEX "instance_created_at_id_idx" ON "instance"("created_at", "id");

-- CreateIndex
CREATE INDEX "volume_instance_id_idx" ON "volume"("instance_id");

-- CreateIndex
CREATE INDEX "volume_pool_id_idx" ON "volume"("pool_id");

-- CreateIndex
CREATE INDEX "volume_account_id_name_id_idx" ON "volume"("account_id", "name", "id");

-- CreateIndex
CREATE INDEX "network_account_id_name_id_idx" ON "network"("account_id", "name", "id");

-- CreateIndex
CREATE UNIQUE INDEX "network_zone_id_vni_key" ON "network"("zone_id", "vni");

-- CreateIndex
CREATE UNIQUE INDEX "nic_mac_address_key" ON "nic"("mac_address");

-- CreateIndex
CREATE INDEX "nic_instance_id_idx" ON "nic"("instance_id");

-- CreateIndex
CREATE INDEX "nic_network_id_idx" ON "nic"("network_id");

-- CreateIndex
CREATE INDEX "router_network_id_idx" ON "router"("network_id");

-- CreateIndex
CREATE INDEX "router_host_id_idx" ON "router"("host_id");

-- CreateIndex
CREATE INDEX "address_zone_id_kind_state_idx" ON "address"("zone_id", "kind", "state");

-- CreateIndex
CREATE INDEX "address_nic_id_idx" ON "address"("nic_id");

-- CreateIndex
CREATE INDEX "address_router_id_idx" ON "address"("router_id");

-- CreateIndex
CREATE UNIQUE INDEX "address_network_id_ip_key" ON "address"("network_id", "ip");

-- CreateIndex
CREATE INDEX "operation_account_id_created_at_id_idx" ON "operation"("account_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "operation_created_at_id_idx" ON "operation"("created_at", "id");

-- CreateIndex
CREATE INDEX "operation_resource_id_created_at_idx" ON "operation"("resource_id", "created_at");

-- CreateIndex
CREATE INDEX "operation_group_id_idx" ON "operation"("group_id");

-- CreateIndex
CREATE INDEX "idempotency_key_created_at_idx" ON "idempotency_key"("created_at");

-- CreateIndex
CREATE INDEX "change_xid_id_idx" ON "change"("xid", "id");

-- CreateIndex
CREATE INDEX "change_created_at_idx" ON "change"("created_at");

-- CreateIndex
CREATE INDEX "event_account_id_created_at_id_idx" ON "event"("account_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "event_created_at_id_idx" ON "event"("created_at", "id");

-- CreateIndex
CREATE UNIQUE INDEX "stream_ticket_token_hash_key" ON "stream_ticket"("token_hash");

-- AddForeignKey
ALTER TABLE "domain" ADD CONSTRAINT "domain_parent_id_fkey" FOREIGN KEY ("parent_id") REFERENCES "domain"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "account" ADD CONSTRAINT "account_domain_id_fkey" FOREIGN KEY ("domain_id") REFERENCES "domain"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "limit_claim" ADD CONSTRAINT "limit_claim_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "user" ADD CONSTRAINT "user_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "session" ADD CONSTRAINT "session_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_key" ADD CONSTRAINT "api_key_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "host_allocation" ADD CONSTRAINT "host_allocation_host_id_fkey" FOREIGN KEY ("host_id") REFERENCES "host"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "instance" ADD CONSTRAINT "instance_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "instance" ADD CONSTRAINT "instance_template_id_fkey" FOREIGN KEY ("template_id") REFERENCES "template"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "instance" ADD CONSTRAINT "instance_compute_offering_id_fkey" FOREIGN KEY ("compute_offering_id") REFERENCES "compute_offering"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "instance" ADD CONSTRAINT "instance_host_id_fkey" FOREIGN KEY ("host_id") REFERENCES "host"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "volume" ADD CONSTRAINT "volume_instance_id_fkey" FOREIGN KEY ("instance_id") REFERENCES "instance"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "volume" ADD CONSTRAINT "volume_pool_id_fkey" FOREIGN KEY ("pool_id") REFERENCES "pool"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "nic" ADD CONSTRAINT "nic_instance_id_fkey" FOREIGN KEY ("instance_id") REFERENCES "instance"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "nic" ADD CONSTRAINT "nic_network_id_fkey" FOREIGN KEY ("network_id") REFERENCES "network"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "router" ADD CONSTRAINT "router_network_id_fkey" FOREIGN KEY ("network_id") REFERENCES "network"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "address" ADD CONSTRAINT "address_nic_id_fkey" FOREIGN KEY ("nic_id") REFERENCES "nic"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "address" ADD CONSTRAINT "address_router_id_fkey" FOREIGN KEY ("router_id") REFERENCES "router"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "step" ADD CONSTRAINT "step_operation_id_fkey" FOREIGN KEY ("operation_id") REFERENCES "operation"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "step_attempt" ADD CONSTRAINT "step_attempt_operation_id_fkey" FOREIGN KEY ("operation_id") REFERENCES "operation"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "operation_waiter" ADD CONSTRAINT "operation_waiter_operation_id_fkey" FOREIGN KEY ("operation_id") REFERENCES "operation"("id") ON DELETE CASCADE ON UPDATE CASCADE;

