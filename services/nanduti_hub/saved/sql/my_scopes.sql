-- The platforms and institutions for which who calls may act, in any of its roles; null where there are none.
SELECT my_scopes()
