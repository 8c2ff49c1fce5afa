"""Who acts: renters, staff with roles, holders of signed links, door units."""
