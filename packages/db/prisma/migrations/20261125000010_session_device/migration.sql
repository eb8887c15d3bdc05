-- By what a person knows their sessions apart.
ALTER TABLE session ADD COLUMN user_agent text NOT NULL DEFAULT '', ADD COLUMN last_used_at timestamptz(3);
