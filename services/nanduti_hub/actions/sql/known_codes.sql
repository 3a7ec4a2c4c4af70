-- Of what a list or a sum is narrowed to, whether it exists: what is misspelt must not come out as nothing, nor a
-- department that is none as what is national.
-- $1 text platform    $2 text department    $3 text plan    $4 text institution
SELECT $1::text IS NULL OR EXISTS (SELECT FROM platform WHERE code = $1) AS platform,
       $2::text IS NULL OR EXISTS (SELECT FROM department WHERE code = $2) AS department,
       $3::text IS NULL OR EXISTS (SELECT FROM plan WHERE id = $3) AS plan,
       $4::text IS NULL OR EXISTS (SELECT FROM institution WHERE code = $4) AS institution
