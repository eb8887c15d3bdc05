ALTER TABLE "instance" ADD COLUMN "has_password" BOOLEAN NOT NULL DEFAULT false;
UPDATE "instance" SET "has_password" = true FROM "secret" WHERE "secret"."resource_id" = "instance"."id" AND "secret"."name" = 'password';
