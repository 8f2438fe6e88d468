import { Controller, Get } from "@nestjs/common";

@Controller("users")
export class UsersController {
  @Get()
  @Roles("admin")
  list() {
    return this.users.all();
  }
}
