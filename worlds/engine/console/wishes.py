"""What an operator may ask for when an episode is opened; the control API and the start page read it alike."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from worlds.engine.errors import Invalid, NotFound
from worlds.engine.faults.meeting import check_plan
from worlds.engine.faults.mixture import plan_for
from worlds.engine.faults.plan import FaultPlan
from worlds.engine.fields import MAX_ID, whole
from worlds.engine.world import World, find

Name = Annotated[str, Field(min_length=1, max_length=120)]
EpisodeId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", max_length=64)]


class OpenEpisode(BaseModel):
    """Open an episode of a task, or of a world in free play."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    task: Name | None = Field(default=None, description="Full name of a task, such as shop/refund-partial.")
    world: Name | None = Field(default=None, description="Name of a world, for free play; not with a task.")
    seed: whole(0, MAX_ID) = Field(default=0, description="Draws the task's instance.")  # type: ignore[valid-type]
    role: Name | None = Field(default=None, description="Who the agent is in free play; a task brings its own role.")
    population: Name | None = Field(default=None, description="A seed of the world; the task's own by default.")
    faults: Any = Field(
        default=None,
        description="What goes wrong: the name of a failure plan of the world, or a plan as an object with `rules`.",
    )
    variant: whole(0, MAX_ID) = Field(  # type: ignore[valid-type]
        default=0, description="Which face the pages wear; 0 is the plain one. The agent is not told."
    )
    id: EpisodeId | None = Field(
        default=None, description="The client's own name for the episode: asking again with it opens nothing twice."
    )

    @property
    def target(self) -> str:
        """The task, or the world in free play."""
        return self.task or self.world or ""

    def check(self) -> World:
        """The world that is meant.

        Raises:
            Invalid: when members contradict each other.
            NotFound: when there is no such world, task or population.
        """
        if (self.task is None) == (self.world is None):
            raise Invalid("task_or_world", "Name a task, or a world for free play: one of the two.", field="task")
        world = self._world()
        self.plan(world)
        if self.task is not None:
            self._check_task(world)
        elif self.role is not None and self.role not in world.roles:
            known = ", ".join(world.roles)
            raise Invalid("unknown_role", f"World {world.name} has no role {self.role}; it has: {known}.", field="role")
        if self.population is not None and self.population not in world.seeds:
            known = ", ".join(world.seeds)
            raise NotFound(
                "unknown_population",
                f"World {world.name} has no population {self.population}; it has: {known}.",
                field="population",
            )
        return world

    def plan(self, world: World) -> FaultPlan | None:
        """What goes wrong; None for nothing.

        Raises:
            Invalid: for a plan that the world does not have or cannot carry out.
        """
        if self.faults is None:
            return None
        try:
            if isinstance(self.faults, str):
                return plan_for(world, self.faults, self.seed)
            plan = FaultPlan.model_validate(self.faults)
            check_plan(world, plan)
        except (LookupError, ValueError) as error:
            sentence = f"There is no such failure plan: {' '.join(str(error).split())[:400]}"
            raise Invalid("unknown_fault_plan", sentence, field="faults") from None
        return plan

    def _world(self) -> World:
        field = "world" if self.task is None else "task"
        try:
            return find(self.target.partition("/")[0])
        except LookupError as error:
            raise NotFound("unknown_world", str(error), field=field) from None

    def _check_task(self, world: World) -> None:
        name = self.target.partition("/")[2]
        if name not in world.families:
            known = ", ".join(f"{world.name}/{family}" for family in world.families)
            raise NotFound("unknown_task", f"There is no task {self.task}; {world.name} has: {known}.", field="task")
        role = world.families[name].role
        if self.role not in {None, role}:
            raise Invalid(
                "role_mismatch", f"The task {self.task} is done in the role {role}, not {self.role}.", field="role"
            )
