-- What instances did, over time (docs/decisions/0010-metrics-in-postgresql.md). Prisma knows no partitions: these tables are read and
-- written by packages/db/src/metrics*.repo.ts alone. Partitions are made and dropped there too. No foreign keys: an expunged
-- instance's metrics age out.
CREATE SCHEMA metrics;

-- `real` keeps 7 digits, which is more than a chart shows, in half the room.
CREATE TABLE metrics.sample (
  instance_id uuid NOT NULL,
  at timestamptz NOT NULL,
  cpu_fraction real,
  memory_used_bytes real,
  memory_resident_bytes real,
  disk_read_bytes real,
  disk_write_bytes real,
  disk_read_requests real,
  disk_write_requests real,
  network_in_bytes real,
  network_out_bytes real,
  PRIMARY KEY (instance_id, at)
) PARTITION BY RANGE (at);

CREATE TABLE metrics.five_minutes (
  instance_id uuid NOT NULL,
  at timestamptz NOT NULL,
  samples int NOT NULL,
  cpu_fraction_avg real,
  cpu_fraction_max real,
  memory_used_bytes_avg real,
  memory_used_bytes_max real,
  memory_resident_bytes_avg real,
  memory_resident_bytes_max real,
  disk_read_bytes_avg real,
  disk_read_bytes_max real,
  disk_write_bytes_avg real,
  disk_write_bytes_max real,
  disk_read_requests_avg real,
  disk_read_requests_max real,
  disk_write_requests_avg real,
  disk_write_requests_max real,
  network_in_bytes_avg real,
  network_in_bytes_max real,
  network_out_bytes_avg real,
  network_out_bytes_max real,
  PRIMARY KEY (instance_id, at)
) PARTITION BY RANGE (at);

CREATE TABLE metrics.hour (
  instance_id uuid NOT NULL,
  at timestamptz NOT NULL,
  samples int NOT NULL,
  cpu_fraction_avg real,
  cpu_fraction_max real,
  memory_used_bytes_avg real,
  memory_used_bytes_max real,
  memory_resident_bytes_avg real,
  memory_resident_bytes_max real,
  disk_read_bytes_avg real,
  disk_read_bytes_max real,
  disk_write_bytes_avg real,
  disk_write_bytes_max real,
  disk_read_requests_avg real,
  disk_read_requests_max real,
  disk_write_requests_avg real,
  disk_write_requests_max real,
  network_in_bytes_avg real,
  network_in_bytes_max real,
  network_out_bytes_avg real,
  network_out_bytes_max real,
  PRIMARY KEY (instance_id, at)
) PARTITION BY RANGE (at);

-- The roll-up reads what is new of all instances. Rows come in the order of time, so this costs next to nothing.
CREATE INDEX sample_by_time ON metrics.sample USING brin (at) WITH (pages_per_range = 32);
CREATE INDEX five_minutes_by_time ON metrics.five_minutes USING brin (at) WITH (pages_per_range = 32);

-- Up to where each table holds everything there is. What is newer is in the finer one.
CREATE TABLE metrics.rolled_up (
  tier text PRIMARY KEY CHECK (tier IN ('five_minutes', 'hour')),
  until timestamptz NOT NULL
);
INSERT INTO metrics.rolled_up VALUES
  ('five_minutes', date_trunc('hour', now(), 'UTC') - interval '2 hours'),
  ('hour', date_trunc('hour', now(), 'UTC') - interval '2 hours');
