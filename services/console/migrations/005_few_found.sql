-- What few failures have is found by the index alone. Of a table that has just grown nobody knows how many of its rows have a word,
-- and whoever walks through all failures in the order of a list, looking up the words of each, takes half a second for one order
-- among a hundred thousand.
create function few_found(wanted tsquery, most int) returns setof uuid language sql stable set enable_seqscan = off as $$
  select failure_id from failure_search where words @@ wanted limit most
$$;
