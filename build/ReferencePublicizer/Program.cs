// Usage: ReferencePublicizer <output folder> <assembly.dll>...
//
// Writes a copy of each assembly with internal members made public in the metadata, to compile against; at run time the
// original is used and IgnoresAccessChecksToAttribute opens the same members. Visibility is the low three bits of the flags:
//
//   table      flags at row offset   made public
//   TypeDef    0 (4 bytes)           not public (0) -> 1; nested internal (5, 6, 7) -> 2
//   MethodDef  6 (2 bytes)           private protected, internal, protected internal (2, 3, 5) -> 6
//   Field      0 (2 bytes)           the same
//
// Private and protected members keep their visibility.
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

if (args.Length < 2)
{
    Console.Error.WriteLine("usage: ReferencePublicizer <output folder> <assembly.dll>...");
    return 2;
}

Directory.CreateDirectory(args[0]);
foreach (string path in args.Skip(1))
{
    byte[] image = File.ReadAllBytes(path);
    Publicize(image);
    File.WriteAllBytes(Path.Combine(args[0], Path.GetFileName(path)), image);
}

return 0;

static void Publicize(byte[] image)
{
    using var pe = new PEReader(new MemoryStream(image, writable: false));
    MetadataReader metadata = pe.GetMetadataReader();
    int start = pe.PEHeaders.MetadataStartOffset;

    Rewrite(TableIndex.TypeDef, 0, visibility => visibility switch { 0 => 1, 5 or 6 or 7 => 2, _ => visibility });
    Rewrite(TableIndex.MethodDef, 6, Member);
    Rewrite(TableIndex.Field, 0, Member);

    static int Member(int visibility) => visibility is 2 or 3 or 5 ? 6 : visibility;

    void Rewrite(TableIndex table, int flagsOffset, Func<int, int> change)
    {
        int first = start + metadata.GetTableMetadataOffset(table) + flagsOffset;
        int size = metadata.GetTableRowSize(table);
        for (int row = 0; row < metadata.GetTableRowCount(table); row++)
        {
            ref byte flags = ref image[first + row * size];
            flags = (byte)((flags & ~7) | change(flags & 7));
        }
    }
}
