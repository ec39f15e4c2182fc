-- How a command refuses what a rule forbids: apply it beside your own migrations.

CREATE OR REPLACE FUNCTION refuse_command(reason text, detail text DEFAULT '') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'RC001', MESSAGE = reason, DETAIL = refuse_command.detail;
END
$$;
