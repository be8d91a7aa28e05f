-- Nearly no letter is a copy: an index of those alone costs the others nothing.
create index letter_copied on letter (first_place) where first_place <> place;
drop index letter_first_place;
