DROP FUNCTION refuse_command;
