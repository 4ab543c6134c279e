create table broken_first (id int);
create function broken_function() returns int language sql as $$ select 1; $$;
create table broken_second (id no_such_type);
