-- Central's own account and database; it is not the server's superuser. Run once by the image, on an
-- empty data folder. The password does not pass through arguments or the environment.
\set password `cat /keys/database/password`
CREATE ROLE hallpass LOGIN PASSWORD :'password';
CREATE DATABASE hallpass OWNER hallpass ENCODING 'UTF8' TEMPLATE template0;
