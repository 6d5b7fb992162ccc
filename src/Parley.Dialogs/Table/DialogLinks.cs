namespace Parley.Dialogs;

/// <summary>A dialog's neighbours in a chain (<see cref="DialogChains"/>), by their places; <see cref="DialogIndex.None"/> at the ends.</summary>
internal struct DialogLinks
{
    public int Older;
    public int Younger;
}
