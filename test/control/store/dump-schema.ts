import { sql } from 'kysely'
import type { Store } from '../../../src/control/store/store.ts'

/** The schema as its store describes it, in a fixed order: what `schema.<kind>.sql` holds. */
export async function dumpSchema({ db, kind }: Store): Promise<string> {
  const query = kind === 'sqlite' ? sqliteSchema : postgresSchema
  const { rows } = await query.execute(db)
  return `-- The schema of a ${kind} store, dumped by test/control/store/schema.test.ts. Not run: migrations make it.\n\n${rows
    .map(({ statement }) => `${statement};\n`)
    .join('\n')}`
}

type Statement = { readonly statement: string }

const sqliteSchema = sql<Statement>`
  select sql as statement from sqlite_master
  where sql is not null and name not like 'sqlite_%'
  order by tbl_name, case type when 'table' then 0 when 'index' then 1 else 2 end, name`

/** From the catalogue, by functions whose words have been the same for many versions of PostgreSQL. */
const postgresSchema = sql<Statement>`
  select statement from (
    select relation.relname as place, 0 as rank, '' as name,
      'create table ' || relation.relname || e' (\n' || (
        select string_agg('  ' || attname || ' ' || format_type(atttypid, atttypmod)
          || case when attnotnull then ' not null' else '' end
          || coalesce(' default ' || pg_get_expr(adbin, adrelid), ''), e',\n' order by attnum)
        from pg_attribute left join pg_attrdef on adrelid = attrelid and adnum = attnum
        where attrelid = relation.oid and attnum > 0 and not attisdropped) || e'\n)' as statement
    from pg_class as relation
    where relkind = 'r' and relnamespace = 'public'::regnamespace
    union all
    select conrelid::regclass::text, 1, conname,
      'alter table ' || conrelid::regclass || ' add constraint ' || conname || ' ' || pg_get_constraintdef(oid)
    from pg_constraint where connamespace = 'public'::regnamespace and conrelid <> 0
    union all
    select tablename, 2, indexname, indexdef from pg_indexes
    where schemaname = 'public' and indexname not in (select conname from pg_constraint)
    union all
    select tgrelid::regclass::text, 3, tgname, pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
    union all
    select '', 4, proname, rtrim(pg_get_functiondef(oid), e'\n') from pg_proc
    where pronamespace = 'public'::regnamespace
  ) as parts
  order by place, rank, name`
