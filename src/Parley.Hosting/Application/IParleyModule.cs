namespace Parley.Hosting;

/// <summary>
/// A part of an application with an idea of its own: it takes what it needs (e.g. <c>IDialogApi</c>) in its constructor and binds to it there
/// or in <see cref="Initialize"/>. Added by <see cref="ParleyApplicationBuilder.AddModule{T}"/>; one instance for the application's life.
/// </summary>
public interface IParleyModule
{
    /// <summary>Runs once, at the end of Build, in the order in which the modules were added. What it throws comes out of Build.</summary>
    /// <param name="application">The application: built, not started.</param>
    void Initialize(ParleyApplication application);
}
