import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import * as source from "../src/index.js";
import { declaredClasses, exportedNames, membersOf } from "./support/declarations.js";

const dist = fileURLToPath(new URL("../dist", import.meta.url));
/** The package by its own name, as it is built; the compiler need not have seen it. */
const self = "memmap-table";
const built: Record<string, unknown> = await import(self);

/** Lists without commas and quotes, which are easier to compare. */
function lines(names: readonly string[]): string {
  return names.join("\n");
}

// A name that appears or goes here is a decision: `npx vitest run test/index.test.ts -u` writes it down.
describe("the public names", () => {
  it("at run time", () => {
    expect(lines(Object.keys(built).sort())).toMatchInlineSnapshot(`
      "AccessError
      ArrayView
      CastError
      ClosedError
      CorruptError
      DTypeError
      DiskError
      ExistsError
      FormatError
      GroupBy
      IndexError
      LimitError
      LockedError
      MemmapColumn
      MemmapError
      MemmapFile
      MemmapGroup
      MemmapTable
      NameError
      NotFoundError
      NpyArray
      ReadOnlyError
      RecordArray
      RemoteError
      ShapeError
      StaleError
      TableView
      TimeoutError
      UnsupportedError
      WorkerError
      check
      count
      describe
      describeAsync
      first
      fromDate
      groupBy
      importHmf
      isMemmapError
      join
      last
      max
      mean
      min
      nunique
      openNpy
      parseDType
      repair
      saveNpy
      saveTable
      slice
      std
      sum
      systemCode
      toDate"
    `);
  });

  it("are those of the source", () => {
    expect(Object.keys(built).sort()).toEqual(Object.keys(source).sort());
  });

  it("of types, beside those", () => {
    const types = exportedNames(dist).filter((name) => !Object.hasOwn(built, name));
    expect(lines(types)).toMatchInlineSnapshot(`
      "AccessMode
      AddOptions
      Aggregate
      AggregateKind
      AggregateOptions
      AggregatesOf
      AppendedRow
      Appender
      AppenderOptions
      ArgOptions
      ArrayInfo
      ArrayOptions
      ArraySource
      AssignmentOptions
      AsyncOptions
      AttrInput
      AttrValue
      AxisOptions
      Bound
      Candidates
      Casting
      ColumnFinding
      ColumnIndex
      ColumnSource
      ColumnSpec
      ColumnsOption
      CommitOptions
      Comparand
      Complex
      Condition
      CreateOptions
      CumsumOptions
      DType
      DTypeLike
      DescribedSchema
      Durability
      ElementOf
      Encoder
      ErrorCode
      ErrorDetails
      ExtremumOf
      FieldSpec
      FileLayout
      FileOptions
      Finding
      FindingCode
      FrameInfo
      FrameOptions
      FrameSource
      GroupInfo
      GroupItem
      GroupName
      GroupOptions
      GroupTableOptions
      GroupedSchema
      ImportHmfOptions
      IndexArray
      InputOf
      JoinOn
      JoinOptions
      JoinedSchema
      LockHolder
      Locking
      Mask
      MeanOf
      Mode
      MomentOptions
      NodeAttributes
      NodeInfo
      NpyOptions
      OpenOptions
      PrefetchOptions
      RecordDType
      RecordFinding
      ReduceOptions
      RegisterOptions
      Registered
      RepairOptions
      Row
      RowSelection
      RowsSource
      SaveOptions
      Schema
      SchemaOf
      Selection
      SelectionPart
      Selector
      SetArrayOptions
      SetOptions
      Slice
      SortOptions
      SpreadOptions
      SumOf
      UniqueOptions
      UniqueResult
      ValuesOf
      VarOf
      Viewable
      WhereMask
      WriteProgress"
    `);
  });
});

describe("the public members", () => {
  const classes = declaredClasses(dist);
  const members = (name: string) => lines(membersOf(classes, name));
  /** Those that it does not have from another class that is listed. */
  const beside = (name: string, other: string) => {
    const known = new Set(membersOf(classes, other));
    return lines(membersOf(classes, name).filter((member) => !known.has(member)));
  };

  it("of every public class are looked at below", () => {
    const isClass = (value: unknown) => typeof value === "function" && /^class\b/.test(value.toString());
    const names = Object.keys(built).filter((name) => isClass(built[name]) && !name.endsWith("Error"));
    expect(names.sort()).toEqual([
      "ArrayView",
      "GroupBy",
      "MemmapColumn",
      "MemmapFile",
      "MemmapGroup",
      "MemmapTable",
      "NpyArray",
      "RecordArray",
      "TableView",
    ]);
    for (const name of names) expect(membersOf(classes, name).length).toBeGreaterThan(2);
  });

  it("of GroupBy", () => {
    expect(members("GroupBy")).toMatchInlineSnapshot(`
      "agg
      aggAsync
      keys"
    `);
  });

  it("of ArrayView", () => {
    expect(members("ArrayView")).toMatchInlineSnapshot(`
      "[Symbol.iterator]
      all
      allAsync
      and
      andAsync
      any
      anyAsync
      argmax
      argmaxAsync
      argmin
      argminAsync
      argsort
      argsortAsync
      assign
      at
      between
      betweenAsync
      bytes
      condition
      countNonzero
      countNonzeroAsync
      cumsum
      dtype
      eq
      eqAsync
      field
      fill
      filter
      filterAsync
      ge
      geAsync
      gt
      gtAsync
      isin
      isinAsync
      isnan
      isnanAsync
      itemsize
      le
      leAsync
      length
      lt
      ltAsync
      map
      max
      maxAsync
      mean
      meanAsync
      min
      minAsync
      nbytes
      ndim
      ne
      neAsync
      not
      notAsync
      or
      orAsync
      prefetch
      put
      readonly
      set
      shape
      size
      slice
      sort
      sortAsync
      std
      stdAsync
      strides
      sum
      sumAsync
      take
      takeAsync
      toArray
      toString
      unique
      uniqueAsync
      values
      var
      varAsync
      view"
    `);
  });

  it("of MemmapColumn, beside those of ArrayView", () => {
    expect(beside("MemmapColumn", "ArrayView")).toMatchInlineSnapshot(`
      "attr
      buildIndex
      buildIndexAsync
      dropIndex
      index
      itemShape
      name"
    `);
  });

  it("of NpyArray, beside those of ArrayView", () => {
    expect(beside("NpyArray", "ArrayView")).toMatchInlineSnapshot(`
      "[Symbol.dispose]
      close
      flush"
    `);
  });

  it("of RecordArray, beside those of ArrayView", () => {
    expect(beside("RecordArray", "ArrayView")).toMatchInlineSnapshot(`
      "static from
      static zeros"
    `);
  });

  it("of TableView", () => {
    expect(members("TableView")).toMatchInlineSnapshot(`
      "[Symbol.iterator]
      assign
      assignAsync
      at
      chunks
      column
      columnNames
      columns
      dtype
      filter
      filterAsync
      has
      itemsize
      length
      nbytes
      ndim
      parent
      prefetch
      put
      select
      set
      shape
      size
      slice
      take
      takeAsync
      toColumns
      toRecords
      toRecordsAsync
      toString"
    `);
  });

  it("of MemmapTable, beside those of TableView", () => {
    expect(beside("MemmapTable", "TableView")).toMatchInlineSnapshot(`
      "[Symbol.dispose]
      addColumn
      append
      appender
      attr
      close
      closed
      copyColumn
      copyColumnAsync
      deleteColumn
      flush
      flushAsync
      generation
      groupAttr
      layout
      mode
      refresh
      renameColumn
      resize
      root
      setGroupAttr
      static create
      static open
      transaction"
    `);
  });

  it("of MemmapGroup", () => {
    expect(members("MemmapGroup")).toMatchInlineSnapshot(`
      "[Symbol.iterator]
      attr
      attrs
      copyNode
      createArray
      deleteNode
      entries
      getArray
      getGroup
      getNodeAttr
      has
      keys
      name
      path
      renameNode
      setArray
      setGroup
      setNodeAttr
      table
      toString
      walk"
    `);
  });

  it("of MemmapFile, beside those of MemmapGroup", () => {
    expect(beside("MemmapFile", "MemmapGroup")).toMatchInlineSnapshot(`
      "[Symbol.asyncDispose]
      [Symbol.dispose]
      close
      closeAsync
      closed
      commit
      flush
      frames
      fromDataFrame
      generation
      getDataFrame
      groupItems
      groupNames
      groupSizes
      hasGroups
      layout
      mode
      refresh
      registerArray
      registerDataFrame
      root
      sortedGroupItems
      sortedGroupNames
      sortedGroupSizes
      static open
      transaction"
    `);
  });

  it("of NodeAttributes, which groups give", () => {
    expect(members("NodeAttributes")).toMatchInlineSnapshot(`
      "[Symbol.iterator]
      clear
      delete
      entries
      forEach
      get
      has
      keys
      set
      size
      toString
      values"
    `);
  });
});
